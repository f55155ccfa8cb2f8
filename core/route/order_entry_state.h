/*
 * Order entry's own state, shared by its files and by nobody else.
 *
 *   order_entry.c          memory, turn, deadline
 *   order_entry_disconnect.c  the orders of a client that is gone
 *   order_entry_door.c     connections that have not said who they are
 *   order_entry_door_admit.c  ... and those that have: passwords, sessions that exist already
 *   order_entry_client.c   client sessions: requests in, reports out
 *   order_entry_client_slow.c  clients that do not read, and reports of those that are not there
 *   order_entry_submit.c   a new order: checks, slot, request, venue
 *   order_entry_cancel.c   cancels, those that wait for room among them
 *   order_entry_mass.c     cancels of many orders at once
 *   order_entry_replace.c  replaces: checked, sent, and what the venue made of them
 *   order_entry_request.c  requests that an order has with its venue, and their ids
 *   order_entry_watch.c    looking again at orders that the venue owes an answer
 *   order_entry_doubt.c    what may have been missed, and what counts as evidence
 *   order_entry_stray.c    orders that are over here, and open by the venue's word
 *   order_entry_venue.c    venue sessions: connecting, reports in, loss
 *   order_entry_book.c     one report of a venue, brought to its order
 *   order_entry_foreign.c  reports about orders that are not ours
 *   order_entry_change.c   an event applied to an order, and everybody told
 *   order_entry_fill.c     fills: booked, missing, unreadable
 *   order_entry_unheard.c  fills that the venue counts and nobody heard: asked for, and recovered
 *   order_entry_refusal.c  what it is that a venue refused
 *   order_entry_report.c   what the client is told
 *   order_entry_ledger.c   what the ledger and the log are told
 *   order_entry_stop.c     the orderly end
 */
#ifndef TERCEL_CORE_ROUTE_ORDER_ENTRY_STATE_H
#define TERCEL_CORE_ROUTE_ORDER_ENTRY_STATE_H

#include "core/base/prng.h"
#include "core/order/order_fill.h"
#include "core/order/order_table.h"
#include "core/order/request_table.h"
#include "core/route/client_decode.h"
#include "core/route/client_report.h"
#include "core/route/fix_link.h"
#include "core/route/ledger_record.h"
#include "core/route/notice.h"
#include "core/route/order_entry.h"

/* Messages read from one session in one turn: nobody keeps the worker to himself. */
#define TURN_BURST 32
/* Reports written to one client in one turn. */
#define WRITE_BURST 512
/* Orders looked at in one turn by a walk over the whole table. */
#define WALK_BURST 256
/*
 * Free cells a report queue must have for one venue report or client message to be taken: the most
 * that one causes is a fill, the doubt that it leaves, and the ends of a pending cancel and a
 * pending replace.
 */
#define REPORT_CELLS_PER_MESSAGE 4
/* Cells of the ledger ring that one venue report or client message may need. */
#define LEDGER_CELLS_PER_MESSAGE 2

enum door_state {
    DOOR_SILENT = 0, /* no whole Logon yet */
    DOOR_WAITING,    /* has said who it is; its password is to be checked */
    DOOR_ASKED,      /* its password is being checked */
    DOOR_ADMITTED,   /* may have its session, as soon as that is free */
    DOOR_LEAVING     /* refused: its Logout is on its way */
};

/* A connection that no session has. Its Logon stays unread in the stream. */
struct door_connection {
    struct stream *stream; /* NULL: free */
    enum door_state state;
    uint32_t client; /* from WAITING on */
    size_t need;
    struct instant since;    /* when it was accepted */
    struct instant deadline; /* of its state */
};

enum disconnect_phase {
    DISCONNECT_NONE = 0,
    DISCONNECT_WAITING,   /* for the client to come back */
    DISCONNECT_CANCELING, /* walking over the orders, and waiting for their cancels to be written */
    DISCONNECT_AGAIN      /* orders are left; looked for again when due */
};

/* The cancelling of a client's orders because it is gone. */
struct disconnect {
    enum disconnect_phase phase;
    bool left;          /* the walk met orders that are not finished */
    bool told;          /* how long it took */
    unsigned doublings; /* of the time to the next walk */
    uint32_t from;      /* slot: how far the walk has come; ORDER_NONE: done */
    uint64_t orders;
    struct instant since;
    struct instant due;
};

/* A client's mass cancel, counting. Its ClOrdID stays when it is over. */
struct mass_cancel {
    bool running;
    enum mass_cancel_scope scope;
    uint32_t instrument; /* MASS_CANCEL_INSTRUMENT */
    uint32_t venue;      /* likewise; ROUTE_NONE: any */
    uint32_t from;       /* slot: how far the walk has come; ORDER_NONE: done */
    uint32_t affected;
    uint32_t waiting; /* of these: their venue is away */
    struct cl_ord_id cl_ord_id;
    uint8_t symbol_len;
    char symbol[REPORT_ID_MAX + 1]; /* as the client wrote it */
};

struct client {
    struct disconnect disconnect;
    struct mass_cancel mass;
    struct fix_link link;
    struct report_queue reports;
    bool was_up;
    bool drained;                 /* nothing whole was left unread in this turn */
    bool refused;                 /* the stream, or the session, could not take the next report */
    uint32_t writes_left;         /* of this turn's */
    bool evicted;                 /* reports it never heard fell out of its outbox; said once */
    bool shut;                    /* nothing could be read in this turn, whatever is there */
    uint32_t door_asked;          /* place whose password is being checked, or ROUTE_NONE */
    uint32_t door_probing;        /* epoch of the newcomer for whom the session is being probed */
    uint32_t wrong_passwords;     /* since the last right one */
    struct instant locked_until;  /* no password is checked before */
    bool cut;                     /* it is being cut off for not reading */
    struct instant cut_deadline;  /* then: when it goes, whatever it does */
    struct instant waiting_since; /* UP, with reports waiting: when last one was written or came */
    uint64_t unsent;              /* reports numbered and kept since it went */
    uint64_t lost_told;           /* of the session's resend_lost */
    uint64_t resent_seen;         /* of the same counter: what is sent again is read, too */
    struct fix_input input;
};

/* The number tells the order from a later one in its slot. */
struct order_place {
    uint64_t number;
    struct instant due; /* the watch: not looked at before */
    uint32_t slot;
};

/*
 * Orders that something is to be done with, each at most once. One that ended meanwhile keeps its
 * place until the place is wanted.
 */
struct order_queue {
    struct order_place *places;
    uint32_t capacity; /* a power of two >= orders */
    uint32_t head;
    uint32_t tail;
    uint32_t left; /* cancels: places that the pass under way has not looked at, from head on */
};

/* Requests of an order that are over, whose ids the venue may still use: the latest of them. */
#define REQUESTS_PAST_MAX 4U

/* What order entry keeps of an order beside the order itself. */
struct order_track {
    uint32_t current_request; /* by whose id the venue knows it: the new order's, or that of the
                                 latest replace it took */
    uint32_t cancel_of;       /* current_request when the latest cancel went out */
    uint32_t past[REQUESTS_PAST_MAX];
    bool past_taken[REQUESTS_PAST_MAX]; /* a replace that the venue took */
    uint32_t past_count;                /* ever */
    bool watched;                       /* it has a place in the watch */
    bool replace_told;       /* the latest replace was refused to the client, or called in doubt */
    bool fill_unread;        /* a fill, or the venue's count of them, could not be read since the
                                count last could */
    bool replace_named;      /* the order table's latest claim is the latest replace's */
    bool doubt_asked;        /* the venue was asked about the doubt it is in */
    uint32_t status_request; /* of the question that is out, or REQUEST_NONE */
    uint32_t asked_session;  /* venue_slot's session of the latest question */
    struct instant asked;    /* when that was */
    uint32_t asked_early; /* questions whose answer, still to come, says nothing of the replace */
    int64_t ask_wait_ns;
    struct instant ask_due;
    uint32_t stray_tries;
    uint32_t stray_session; /* venue_slot's session of the latest try */
    int64_t stray_wait_ns;
    struct instant stray_due;
    struct instant replace_since; /* from when on silence about a pending replace counts */
    struct quantity unheard;      /* counted by the venue and not heard, when that was looked at */
    struct quantity unheard_told; /* the same when the client was last told of doubt */
    struct instant unheard_since;
    uint32_t unheard_asks; /* since the order is over */
    struct order_worth worth;
    struct quantity worth_told; /* of which count that is; 0: of none */
    bool worth_complete;        /* and the venue called the order complete with it */
};

/* Which rates the waiting cancels of a venue wait for: found by passing over all of them. */
struct cancel_pass {
    uint64_t number;  /* of the pass that is under way, or comes next; from 2 on */
    bool running;     /* it goes on in the next turn */
    uint64_t session; /* the latest pass in which one waited for the session's rate */
    struct {
        uint64_t pass; /* the same of each instrument's */
        struct instant at;
    } instruments[INSTRUMENTS_MAX];
};

enum foreign_state {
    FOREIGN_NONE = 0,  /* the place is free */
    FOREIGN_COMPARING, /* open there, and not known yet to be none of ours */
    FOREIGN_WAITING,   /* to be cancelled */
    FOREIGN_ASKED,     /* its cancel is with the venue */
    FOREIGN_OVER       /* nothing more is to be done; kept so that nothing is done twice */
};

/* An order of the venue session that is not ours. */
struct foreign_order {
    enum foreign_state state;
    enum order_side side;
    uint32_t instrument;
    uint32_t from;        /* COMPARING: slot: how far the walk over our orders has come */
    uint32_t request;     /* its cancel, or REQUEST_NONE */
    uint32_t session;     /* venue_slot's, when that went out */
    struct instant heard; /* of it, first */
    struct cl_ord_id cl_ord_id;
    uint8_t venue_order_id_len;
    char venue_order_id[VENUE_ORDER_ID_MAX + 1];
};

/* Of a venue session. */
#define FOREIGN_ORDERS_MAX 64

struct venue_slot {
    struct venue *venue;
    unsigned peer;
    struct request_table *requests;
    struct order_queue cancels; /* that wait for room: those asked for one by one */
    struct order_queue many;    /* and behind them those of many orders at once */
    struct cancel_pass pass;
    const struct venue_capability *can;
    struct backoff backoff;
    struct instant up_since;
    uint32_t session; /* connections that were up, counted */
    bool up;
    bool unheard; /* what it said lies unread for want of room; heard_since is when that ended */
    struct instant heard_since;
    struct instant reported; /* when it last said something about an order */
    bool losing;             /* what it said was not all heard: its orders are being told, from
                                lose_from on */
    uint32_t lose_from;      /* slot */
    struct bytes lose_why;
    bool lose_owed;  /* just those that it owes an answer about */
    bool mass_waits; /* orders of mass cancels wait for it to be up; looked for from mass_from on */
    uint32_t mass_from;     /* slot */
    uint32_t foreign_count; /* COMPARING and WAITING */
    struct foreign_order foreign[FOREIGN_ORDERS_MAX];
};

struct order_entry {
    struct order_entry_setup setup;
    struct order_table *orders;
    struct exposure *exposure;
    struct order_track *tracks; /* by slot */
    struct order_queue watch;   /* orders that the venue owes an answer; by due */
    struct door_connection *door;
    struct client *clients;
    struct venue_slot *venues;
    struct client_encoder encoder;
    struct prng prng;
    struct order_entry_counters counters;
    uint64_t next_exec;
    enum order_entry_phase phase;
    bool more; /* this turn left something that could be done at once */
    bool held; /* this turn left something for want of room for reports or ledger records */
    bool stop_cancels;
    uint32_t stop_from;        /* slot: how far the walk of the stop has come; ORDER_NONE: done */
    struct instant stop_again; /* when it looks for live orders anew */
    struct instant stop_deadline;
    uint32_t full_queues;        /* clients with fewer than REPORT_CELLS_PER_MESSAGE free */
    bool clients_told;           /* of the stop's two logouts the second one has begun */
    struct client_decode decode; /* of the message at hand */
};

/* What the order may still do has changed, or may have: called once whoever changed it is done. */
void order_changed(struct order_entry *entry, uint32_t slot);

/* door */
void door_turn(struct order_entry *entry, struct now now);
void door_close(struct order_entry *entry);
struct instant door_deadline(const struct order_entry *entry);
/* Reads on while more than was asked for is there: how much a message needs shows bit by bit. The
 * views hold until the next call on the stream. */
enum fix_action door_read(const struct order_entry *entry, struct door_connection *place,
                          struct fix_identity *identity);
/* Closed without a word. */
void door_shut_out(struct order_entry *entry, struct now now, struct door_connection *place,
                   struct bytes why);
/* A whole Logon is there. */
void door_identified(struct order_entry *entry, struct now now, struct door_connection *place,
                     const struct fix_identity *identity);
/* One step of a connection in any state after SILENT. */
void door_go_on(struct order_entry *entry, struct now now, struct door_connection *place);
void door_answer(struct order_entry *entry, struct now now, const struct answer *answer);

/* client */
void client_turn(struct order_entry *entry, uint32_t index, struct now now);
void client_write(struct order_entry *entry, uint32_t index, struct now now);
bool client_is_down(const struct client *client);
struct instant client_deadline(const struct order_entry *entry, uint32_t index);
/* The connection ends now, in order or not. */
void client_part(struct order_entry *entry, uint32_t index, struct now now);

/* cancel on disconnect */
void disconnect_begin(struct order_entry *entry, uint32_t index, struct now now);
void disconnect_turn(struct order_entry *entry, uint32_t index, struct now now);
struct instant disconnect_deadline(const struct order_entry *entry, uint32_t index);
/* Whether the cancel that is pending is for that reason. */
bool disconnect_canceled(const struct order_entry *entry, const struct order *order);

/* The router stops: what waits for clients that are not there. */
void clients_note_left(struct order_entry *entry, struct now now);

/* slow clients: once a turn, after what could be written was */
void client_judge(struct order_entry *entry, uint32_t index, struct now now);
struct instant client_patience_deadline(const struct order_entry *entry, uint32_t index);
/* It took a report, or had none to take until now. */
void client_is_reading(struct client *client, struct now now);
/* Every client's queue and the ledger can take what one venue report may cause; notes when not. */
bool reports_have_room(struct order_entry *entry);
/* At the end of a turn: what was held back may go on at once. */
bool held_back_may_go_on(const struct order_entry *entry);

/* submit, cancel */
void order_submit(struct order_entry *entry, struct now now);
/* Says why not: of the order that has the id, when one has it. */
void order_refuse(struct order_entry *entry, struct now now, enum reject_code reject);
void order_cancel(struct order_entry *entry, struct now now);
void cancels_turn(struct order_entry *entry, uint32_t venue, struct now now);
void cancel_owe(struct order_entry *entry, uint32_t slot);
/* One of many, for which no cancel of a single order is to wait. */
void cancel_owe_of_many(struct order_entry *entry, uint32_t slot);
bool cancels_are_out(const struct order_entry *entry);
enum cancel_try {
    CANCEL_DONE = 0,  /* sent, or no more to be */
    CANCEL_WAITS,     /* for its instrument's rate; those of other instruments may go */
    CANCEL_BLOCKED,   /* so are those behind it */
    CANCEL_IMPOSSIBLE /* the venue is away, or has no words for it */
};
/* What it means for the venue's cancels that one about this instrument was sent, or was not. */
enum cancel_try cancel_tried(struct venue_slot *venue, uint32_t instrument, struct now now,
                             enum venue_send sent);
/* Found so at this very moment, for an earlier one of the instrument: they go in order. */
bool cancel_is_limited_now(const struct venue_slot *venue, uint32_t instrument, struct now now);
/*
 * Whether a cancel waits for a rate that a request about this instrument would use as well: then
 * nothing but cancels goes, or whatever comes free would be gone before the cancel can have it.
 */
/* A venue that leaves a cancel unanswered for so long may be asked again. */
#define CANCEL_PATIENCE_NS (5 * NS_PER_S)
bool cancel_waits_for_rate(const struct order_entry *entry, uint32_t venue, uint32_t instrument);
/* Of many. Not doubled: one that is under way is asked for again only if the venue left it
 * unanswered; false: it is not. */
bool cancel_begin(struct order_entry *entry, struct now now, uint32_t slot);
enum cancel_end {
    CANCEL_REFUSED = 0, /* it came to nothing */
    CANCEL_INTERRUPTED  /* its venue is away, or in doubt: a mass cancel asks again */
};
/* The cancel in progress is over and the order goes on, or ended otherwise: whoever asked for it is
 * told. */
void cancel_end(struct order_entry *entry, struct now now, uint32_t slot, enum cancel_end end,
                enum reject_code why, struct bytes text);
/* The refusal of a request that the venue did not take. */
enum reject_code reject_of_send(enum venue_send sent);
/* What a client could be told of anything done about one of its orders has room. */
bool order_can_be_told(const struct order_entry *entry, const struct order *order);

/* mass cancel */
void order_mass_cancel(struct order_entry *entry, struct now now);
/* A part of the client's walk, then its answer. While it is running the client is not read. */
void mass_turn(struct order_entry *entry, uint32_t index, struct now now);
/* An order of a mass cancel waits for this venue. */
void mass_wait(struct order_entry *entry, uint32_t venue);
/* Those that waited for this venue, once it is up. */
void mass_venue_turn(struct order_entry *entry, uint32_t venue, struct now now);

/* queues */
bool order_queue_is_empty(const struct order_queue *queue);
/* There is room: an order is in it at most once, and `alive` says which places are still meant. */
void order_queue_put(struct order_entry *entry, struct order_queue *queue, uint32_t slot,
                     struct instant due,
                     bool (*alive)(struct order_entry *, const struct order_place *));
const struct order_place *order_queue_first(const struct order_queue *queue);
void order_queue_drop_first(struct order_queue *queue);
/* The first place becomes the last. */
void order_queue_turn_first(struct order_queue *queue);
uint32_t order_queue_count(const struct order_queue *queue);

/* doubt */
/*
 * An order in doubt whose venue can be asked is asked about: by a status request, and, where the
 * venue's policy says so (cancel_in_doubt), by a cancel, whose answer tells as much: what it did
 * not cancel is not open there. The cancel costs the client an order that the status may yet show
 * to be well. So it goes where the question cannot be put, or behind it when that was left
 * unanswered or settled nothing, as often as it is put again. Nothing is asked while what the venue
 * said lies unread: the answer may be there.
 */
void doubt_look(struct order_entry *entry, uint32_t slot, struct now now);
/* Whether the venue can be asked about this order at all. */
bool doubt_may_ask(const struct order_entry *entry, const struct order *order);
/* The question itself, at once; false: the venue cannot be asked now, or about this order. */
bool doubt_ask(struct order_entry *entry, uint32_t slot, struct now now);
/* The order is known again, or over: a cancel that would have asked, and has not gone, does not; a
 * pending replace is looked at anew. */
void doubt_over(struct order_entry *entry, uint32_t slot, struct now now);
/* A report named this request: if it was the question, it is answered. */
void doubt_answered(struct order_entry *entry, uint32_t slot, uint32_t named);
/* The terms a status tells say what became of a replace in doubt; true: it was taken, and all is
 * booked. */
bool doubt_settle_terms(struct order_entry *entry, uint32_t slot, uint32_t named, struct now now,
                        const struct venue_report *report);
/* Asked then, the venue says it does not know the order; true: that was evidence, the order is
 * over.
 */
bool doubt_absent(struct order_entry *entry, uint32_t slot, struct now now, struct instant asked);
/* The venue answered the order, or its pending replace, by a failure: it may act on it. */
void doubt_refused(struct order_entry *entry, uint32_t slot, struct now now, struct bytes words);
/* The venue did not get this request, or (`maybe`) nobody knows. */
void book_missed(struct order_entry *entry, uint32_t slot, uint32_t named, struct now now,
                 bool maybe);

/* replace */
void order_replace(struct order_entry *entry, struct now now);
/* The venue took a replace, or changed the order's terms of itself. */
void book_replaced(struct order_entry *entry, uint32_t slot, uint32_t named, struct now now,
                   const struct venue_report *report);
/* The venue refused the pending replace, or never had it. Silence is no refusal. */
void book_replace_refusal(struct order_entry *entry, uint32_t slot, struct now now,
                          enum reject_code reject, struct bytes text);

/* What the report tells of the order's terms, put over *terms; false when it tells none of them. */
bool terms_told(const struct order_entry *entry, const struct order *order,
                const struct venue_report *report, struct order_terms *terms);
bool terms_are_same(const struct order_terms *a, const struct order_terms *b);
struct order_terms terms_of(const struct order *order);
/* A replace that was called in doubt came to nothing, and no report says so: the order's status is
 * told, which was Pending Replace for its client. One in doubt is told when that is settled. */
void replace_tell_over(struct order_entry *entry, uint32_t slot, struct now now, struct bytes text);
/* The pending replace was taken, by what the report tells. */
void terms_replace(struct order_entry *entry, uint32_t slot, struct now now,
                   const struct venue_report *report);
/* The venue changed the order: what the report tells of its terms is so. */
void terms_restate(struct order_entry *entry, uint32_t slot, struct now now,
                   const struct venue_report *report, struct bytes text);

/* request */
void track_begin(struct order_entry *entry, uint32_t slot);
/*
 * Whether there is an entry for what is no cancel: half of a venue's entries are for cancels, so
 * that whatever was sent can be cancelled. All but one of each order's, the latest cancel or the
 * question about it, were taken or kept while the other half had room.
 */
bool requests_have_room(const struct order_entry *entry, uint32_t venue);
/* The request is over; its id is known a while longer if there is room. REQUEST_NONE: nothing. */
void request_retire(struct order_entry *entry, uint32_t slot, uint32_t request);
/* It is over and its id not known any more; *request becomes REQUEST_NONE. */
void request_drop(struct order_entry *entry, uint32_t slot, uint32_t *request);
/* All of them, before the slot is used again. */
void requests_release(struct order_entry *entry, uint32_t slot);
struct venue_order venue_order_make(struct order_entry *entry, uint32_t slot, uint32_t request,
                                    char id_text[REQUEST_UUID_BYTES],
                                    char orig_text[REQUEST_UUID_BYTES]);

/* stray */
/*
 * The venue says that an order that is over here is open there: nobody else can cancel it now, so
 * that the router does. Until the venue says that it is over, or does not know it, it counts as
 * open (exposure.h), and its cancel is owed: it goes again when the venue is up anew, and when it
 * was left unanswered or settled nothing, a bounded number of times. After that the order is
 * noticed, not tried any more, and counted on for good.
 */
void stray_begin(struct order_entry *entry, uint32_t slot, struct now now);
/* Any report of the order, once it is booked. */
void stray_heard(struct order_entry *entry, uint32_t slot, const struct venue_report *report);
/* There is evidence that it is not open there. */
void stray_over(struct order_entry *entry, uint32_t slot);
/* Whether it is time for another try. */
void stray_look(struct order_entry *entry, uint32_t slot, struct now now);
/* A request about the order that the venue says it does not know says that it is not there. */
bool order_is_reached(const struct order_entry *entry, const struct order *order);

/* watch */
/* The venue owes this order an answer: it is looked at again until it owes none. */
void watch_order(struct order_entry *entry, uint32_t slot, struct now now);
void watch_turn(struct order_entry *entry, struct now now);
/* So long since then, and since we have been able to listen. */
bool watch_waited(const struct venue_slot *venue, struct now now, struct instant since,
                  int64_t patience_ns);
struct instant watch_deadline(const struct order_entry *entry);

/* venue, book */
bool venue_slot_is_up(const struct order_entry *entry, uint32_t index);
void venue_slot_turn(struct order_entry *entry, uint32_t index, struct now now);
void venue_slot_flush(struct order_entry *entry, uint32_t index, struct now now);
void book_report(struct order_entry *entry, uint32_t venue, struct now now,
                 const struct venue_report *report);
/* foreign */
/* A report of no order of ours. */
void foreign_report(struct order_entry *entry, uint32_t venue, struct now now,
                    const struct venue_report *report);
/* A report that names `named`, the cancel of a foreign order. */
void foreign_answered(struct order_entry *entry, uint32_t venue, uint32_t named, struct now now,
                      const struct venue_report *report);
/* Cancels those that are to be, behind the venue's other cancels; false when one must wait and the
 * pass with it. */
bool foreign_turn(struct order_entry *entry, uint32_t venue, struct now now);

/* The venue's id of the order: the first one told of it, until a change of its terms, here or
 * there, brings another. Without one, or one that finds no room, it stays as it was. */
void learn_venue_id(struct order *order, struct bytes id);

/* change */
/* What the client is told of a change, beside what the event says of itself. */
struct book_words {
    enum order_report say; /* in place of that; NONE: that */
    struct bytes text;
    enum reject_code reject;
    const struct venue_report *fill; /* a fill of `booked`: says all there is to say; or NULL */
    struct quantity booked;
    /* What `booked` is worth (order_fill.h), when it was not heard as a fill: says all, too; or 0.
     */
    __extension__ unsigned __int128 worth;
    bool renamed;       /* a replace was taken: once that is told, the order goes by the new id */
    bool keeps_pending; /* in doubt, but the venue is there to answer what is pending */
};
/* Applies an event to the order: its state, the client's reports, what is pending, the ledger. The
 * quantity of a fill was booked before. */
void book_change(struct order_entry *entry, uint32_t slot, struct now now, enum order_event event,
                 const struct book_words *words);
void book_event(struct order_entry *entry, uint32_t slot, struct now now, enum order_event event,
                struct bytes text, enum reject_code reject);
/* A conflict of the venue with itself or with us: counted and said. */
void note_conflict(struct order_entry *entry, struct now now, const struct order *order,
                   struct bytes text);

/* fill */
void book_fill(struct order_entry *entry, uint32_t slot, struct now now,
               const struct venue_report *report);
/* The venue's word that nothing is left, where that decides (order_fill.h). */
void note_complete(struct order *order, bool complete);
/* The venue calls the order filled (`complete`), and does not count as much: nobody can call it
 * open. */
void doubt_if_short(struct order_entry *entry, uint32_t slot, struct now now, bool complete);
/* What a booked fill is to the order, which the venue calls complete or not. */
enum order_event event_of_fill(const struct order *order, bool complete);
/* The venue's cumulative quantity, as the report tells it. */
bool is_told(const struct venue_report *report, const struct instrument *instrument,
             struct quantity *told);
/* The cumulative quantity of a report that is no fill; returns the text that goes with it. One that
 * proves that the pending replace was taken (order_fill.h) has that told first. */
struct bytes note_told(struct order_entry *entry, uint32_t slot, struct now now,
                       const struct venue_report *report);

/* unheard */
/*
 * A fill that the venue counts and nobody heard, because the connection that told it was lost, say,
 * is not given up: the order is in doubt, unless it is over, and the venue is asked. What does not
 * come as a fill within UNHEARD_PATIENCE_NS is booked as one, by what the venue says its count is
 * worth: nobody else will tell it. Where the venue does not say that it stays as it is, an order
 * that is over after a bounded number of questions; people are told.
 */
/* Any report of the order, once it is booked. */
void unheard_heard(struct order_entry *entry, uint32_t slot, struct now now,
                   const struct venue_report *report);
/* Whether it is time to book what is missing. */
void unheard_look(struct order_entry *entry, uint32_t slot, struct now now);
/* Asked about an order that is over, the venue says it does not know it. */
void unheard_absent(struct order_entry *entry, uint32_t slot, struct now now);
/* What was counted so far may not be all: it has to be told anew. */
void unheard_forget(struct order_entry *entry, uint32_t slot);
/* The venue's connection is lost, and the order was over: had it just ended there, a fill of its
 * last moment may have been on its way, and only a question brings it now. */
void unheard_cut_off(struct order_entry *entry, uint32_t slot, struct now now);

/* refusal */
/* `named`: the request that the refusal names. */
void book_refusal(struct order_entry *entry, uint32_t named, const struct request *request,
                  struct now now, const struct venue_report *report);

/* report: each call takes one cell of the client's queue, whose room the caller has seen to */
void reports_pop(struct order_entry *entry, uint32_t client);
/*
 * The order as it is now. CANCELED with a cancel of the client's in progress: 11 is the cancel's,
 * 41 the order's. REPLACED: told when the new terms are booked and before the order is renamed, so
 * that 11 is replace_cl_ord_id and 41 the order's own id.
 */
void report_order(struct order_entry *entry, struct now now, const struct order *order,
                  enum order_report what, struct bytes text, enum reject_code reject);
void report_fill(struct order_entry *entry, struct now now, const struct order *order,
                 struct quantity last_quantity, const struct venue_report *from);
/* A fill that was not heard as one: of words->booked, for words->worth. */
void report_recovered(struct order_entry *entry, struct now now, const struct order *order,
                      const struct book_words *words);
void report_refusal(struct order_entry *entry, struct now now, const struct client_decode *decode,
                    enum reject_code reject);
/* response_to: '1' of a cancel, '2' of a replace. `order` NULL: not known. */
void report_cancel_reject(struct order_entry *entry, struct now now, uint32_t client,
                          const struct cl_ord_id *id, const struct cl_ord_id *orig,
                          const struct order *order, char response_to, enum reject_code reject,
                          struct bytes text);
/* The answer to a status request; `order` NULL: not known. */
void report_status(struct order_entry *entry, struct now now, const struct client_decode *decode,
                   const struct order *order);
/* The answer to a mass cancel: refused, or taken, with how many orders it is for. */
void report_mass_refusal(struct order_entry *entry, struct now now,
                         const struct client_decode *decode, enum reject_code reject);
void report_mass_cancel(struct order_entry *entry, struct now now, uint32_t client,
                        const struct mass_cancel *mass, struct bytes text);
char report_side(enum order_side side);
unsigned report_average_digits(const struct instrument *instrument);
void report_unsupported_type(struct order_entry *entry, struct now now, uint32_t client,
                             uint64_t seq, struct bytes msg_type);

/* ledger */
void ledger_order(struct order_entry *entry, const struct order *order, enum ledger_refuser refuser,
                  enum reject_code reject);
void ledger_refusal(struct order_entry *entry, const struct client_report *report, uint32_t client,
                    uint32_t venue, enum reject_code reject);
bool ledger_has_room(const struct order_entry *entry, uint32_t cells);
void notice_send(struct order_entry *entry, struct now now, enum notice_kind kind, uint32_t session,
                 uint64_t number, struct bytes text);

/* stop */
void stop_turn(struct order_entry *entry, struct now now);

#endif
