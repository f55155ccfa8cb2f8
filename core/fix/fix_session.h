/*
 * One FIX session: acceptor or initiator, no I/O.
 *
 * It is given bytes and time and gives back actions, bytes and a deadline; who owns the stream
 * joins the two. Rules: FIX 4.4 volume 2 (session protocol); where another version has others they
 * are its (fix_version.h, config.version). It never reads a clock, never
 * allocates, and survives the connection: sequence numbers live as long as the struct.
 *
 *   fix_session_connected(s, now, epoch)       a stream opened (initiator: Logon becomes owed)
 *   fix_session_input(s, now, bytes, &input)   one message in -> one action out, repeat
 *   fix_session_output(s, now, room, bytes)    one owed admin message into reserved room, repeat
 *   fix_session_begin / _end                   one application message into reserved room
 *   fix_session_deadline(s)                    when fix_session_tick must run next
 *   fix_session_tick(s, now)                   heartbeats, test requests, time-outs
 *   fix_session_disconnected(s, now)           the stream is gone
 *
 * Sequence numbers are consumed only by a message that was completely written into room the caller
 * had reserved; the caller must then commit it. State that depends on a message having been sent
 * (a ResendRequest outstanding, say) changes then and not before.
 *
 * Questions that take time are asked, not answered inline: NEED_SIGNATURE (an initiator's Logon
 * must be signed) and NEED_VERDICT (may this Logon in?). The answer carries the epoch it was asked
 * in; an answer for another epoch is ignored. Both have a deadline. While one is open input is
 * BLOCKED. What such an answer leads to (UP), and NEED_SIGNATURE itself, is said once by whichever
 * of fix_session_input and fix_session_tick runs next; the deadline is "at once" until then.
 *
 * Inbound gaps: one ResendRequest per gap (7=expected, 16=0, or up to what is kept). Messages ahead
 * of the gap are kept where there is room (config.early) and taken in their turn, by
 * fix_session_input, without bytes; the others come again with the answer. A gap fill that goes
 * over a kept message makes it void, as one that the peer does not stand by; not so with
 * config.early_stands: what reports a fact stays true, also when the connection ends before its
 * turn (fix_session_take_left). A reset of numbers voids all that is kept, for they may mean other
 * messages then; what stands is taken at once, before anything behind the reset and in the place of
 * no number. A request is open until the number that showed the gap is reached; when its answer
 * stops short the next early message asks again, no sooner than a second after the last progress (a
 * heartbeat interval when nothing came at all). A peer that was asked FIX_RESEND_ASKS_MAX times
 * without any progress does not have it any more: the session ends with a Logout (FIX_END_GAP),
 * because all that it says meanwhile waits.
 *
 * Their gaps: what is sent again is a policy of the role. With an outbox, messages of the types in
 * resent_types go out again as they were (43=Y, 122=their first SendingTime); everything else, and
 * everything without an outbox, is covered by gap fills: an order never reaches a venue twice. A
 * range is fixed when it is asked for, so no gap fill ever covers a number that is sent later. An
 * answer is written in bursts of at most resend_burst messages a resend_window; between them, and
 * ahead of them, goes live traffic: fix_session_can_send is true while a long replay goes on.
 * Requests are answered one by one, exactly; with FIX_REPLAYS_MAX of them unanswered the newest
 * are taken together. Numbers that the outbox let go are filled over and counted (resend_lost).
 *
 * Ending: in state CLOSING the caller writes what is still owed and then closes the stream and
 * calls fix_session_disconnected. Its deadline is the last moment for that; once nothing is owed,
 * it is "at once", and every tick says CLOSE.
 *
 * Threading: one thread. Size: fixed. Ownership: config's strings are borrowed for the session's
 * life.
 */
#ifndef TERCEL_CORE_FIX_FIX_SESSION_H
#define TERCEL_CORE_FIX_FIX_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bytes.h"
#include "core/base/instant.h"
#include "core/fix/fix_parser.h"
#include "core/fix/fix_reject.h"
#include "core/fix/fix_schedule.h"
#include "core/fix/fix_version.h"
#include "core/fix/fix_view.h"
#include "core/fix/fix_writer.h"

/* Room that any admin message fits in; what the next output needs says fix_session_output_bytes. */
#define FIX_ADMIN_BYTES_MAX 1024
/* What a message may grow by when it is sent again: 43, 122, a digit of 9. */
#define FIX_RESENT_BYTES_MORE 64
/* ResendRequests whose answers may be unfinished at once. */
#define FIX_REPLAYS_MAX 8
/* ResendRequests for the same number, before the peer is given up. */
#define FIX_RESEND_ASKS_MAX 4
#define FIX_COMP_ID_MAX 63
#define FIX_TEST_REQ_ID_MAX 64
#define FIX_SESSION_TEXT_MAX 127
#define FIX_REF_MSG_TYPE_MAX 8
#define FIX_REF_TAG_MAX 11
/* Routing fields (115, 116, 128, 129, 144, 145) repeated in a Reject; more is left out. */
#define FIX_ROUTE_MAX 200
#define FIX_HEARTBEAT_S_MAX 3600
/* The longest ApplVerID(1128) that is kept; those in use have a digit or two. */
#define FIX_APPL_VER_MAX 7
/* The greatest MsgSeqNum(34) that is read: 18 digits. */
#define FIX_SEQ_MAX UINT64_C(999999999999999999)
/* Rejects (and test request answers) that may be owed at once; input is refused beyond it. */
#define FIX_OWED_MAX 20

enum fix_role { FIX_ACCEPTOR = 0, FIX_INITIATOR };

struct fix_session;
struct fix_dictionary;
struct fix_early;
struct fix_outbox;

/*
 * Where good peers differ. All zero: a resent message that is still expected is taken even when its
 * OrigSendingTime(122) is missing or odd, because refusing it would lose it for good; a field
 * without a value is a fault; the dictionary is taken to the letter.
 */
struct fix_profile {
    bool orig_time_always;   /* 2f, 2g apply to every PossDup, to an expected number as well */
    bool plain_logout;       /* no Text(58) in a Logout whose reason a Reject has just told */
    bool quiet_while_asking; /* no Heartbeat while a TestRequest of ours waits for its answer */
    bool resend_to_the_end;  /* EndSeqNo(16) of a request is 0 even where the message that showed
                                the gap is kept; else it ends before that one */
    bool other_appl_ver_allowed; /* FIXT: messages of another application version than ours are
                                    delivered, too; else a Logon that promises them is refused, and
                                    a message that is one is rejected */
    bool empty_values_allowed;   /* but not of 34, 49, 52, 56 */
    bool header_tags_told;       /* 2f, 2k, 2o, 2q: a Reject over 35, 49, 52, 56 or 122 names it in
                                    RefTagID(371) */
    bool late_logon_told;  /* acceptor: a Logon of the right CompIDs whose SendingTime(52) is out of
                              range gets a Logout that says so; else the stream just closes */
    bool garbled_rejected; /* a garbled message whose end is certain, has the expected number and is
                              no Logon or SequenceReset is rejected, and its number is used up; else
                              it is dropped, and missed when the next one comes */
    unsigned dictionary_switches; /* FIX_CHECK_ALLOW_..., of fix_dictionary.h */
};

/* As all zero, but user-defined tags (5000 and more) are let through, and header_tags_told and
 * late_logon_told hold. */
struct fix_profile fix_profile_production(void);
/* What the public acceptance definitions of QuickFIX expect. */
struct fix_profile fix_profile_at(void);

/* What a dialect adds to the session layer. Cold: called once per Logon. */
struct fix_logon_hook {
    /* Appends the dialect's Logon fields (keys, signature, COD flags) after the standard ones. */
    void (*write_fields)(void *context, const struct fix_session *session,
                         struct fix_writer *writer);
    void *context;
};

struct fix_session_config {
    enum fix_role role;
    const struct fix_version *version;
    struct bytes sender_comp_id; /* ours */
    struct bytes target_comp_id; /* theirs */
    uint32_t heartbeat_s; /* initiator: proposed, 0 .. 3600; acceptor: the Logon's, 1 .. 3600 */
    bool heartbeat_zero_allowed; /* acceptor: take HeartBtInt(108) 0, a session nobody watches */
    uint32_t heartbeat_min_s;    /* acceptor: what 108 may be; 0: 1 */
    uint32_t heartbeat_max_s;    /* likewise; 0: 3600 */
    unsigned time_digits;        /* fraction digits of the times we write: 0, 3, 6 or 9; none
                                    where the version has none */
    bool reset_on_logon;         /* initiator: send 141=Y (from FIX 4.1) and start at 1; acceptor:
                                    every Logon that is taken starts at 1, without 141 in the
                                    answer */
    bool signature_needed;       /* initiator: NEED_SIGNATURE before the Logon */
    bool verdict_needed;         /* acceptor: NEED_VERDICT before the answer */
    size_t message_bytes_max;
    /* Of SendingTime(52) against now, either way; 0: not checked. Beyond it: Reject and Logout. The
     * number is used up by an acceptor, and by an initiator is not: an order may not be taken after
     * its Reject, a fill may not be lost. */
    struct duration latency_max;
    struct duration logon_timeout;
    struct duration logout_timeout;
    struct duration answer_timeout; /* for a signature or verdict */
    struct duration probe_timeout;  /* for the answer to fix_session_probe; 0: 2 s */
    bool probe_ends;                /* no answer in that time ends the session, as silence would */
    struct fix_logon_hook logon_hook;
    struct fix_profile profile;
    struct fix_outbox *outbox; /* NULL: every range that is asked for is filled over */
    struct fix_early *early;   /* NULL: messages ahead of a gap are dropped and come again */
    bool early_stands;         /* a gap fill over what is kept does not make it void, and neither
                                  does a reset, or the end of the connection */
    /* When set, a message whose turn has come is checked before it is delivered or acted upon; a
     * fault is told by a Reject, one of a Logon by a Logout. */
    const struct fix_dictionary *dictionary;
    const char *resent_types; /* MsgTypes of one character that are resent, "89rj"; NULL: none */
    uint32_t resend_burst;    /* resent messages a window; 0: 32 */
    struct duration resend_window; /* 0: 1 ms */
    bool report_resend_asked;      /* RESEND_ASKED for each ResendRequest that is answered */
    uint32_t resend_chunk; /* numbers we ask for at a time, the next when they have come; 0: all */
    bool next_expected;  /* from FIX 4.4: NextExpectedMsgSeqNum(789) in Logons, both ways: what the
                            other side  misses is sent without its asking */
    bool last_processed; /* from FIX 4.2: LastMsgSeqNumProcessed(369) in every header we write */
    struct fix_schedule schedule;
};

enum fix_session_state {
    FIX_SESSION_DOWN = 0,      /* no stream */
    FIX_SESSION_LOGON_AWAITED, /* acceptor: connected, nothing received yet */
    FIX_SESSION_SIGNATURE_AWAITED,
    FIX_SESSION_VERDICT_AWAITED,
    FIX_SESSION_LOGON_SENT, /* initiator: Logon written (or owed), no answer yet */
    FIX_SESSION_UP,
    FIX_SESSION_RESET_SENT,  /* our Logon with 141=Y inside the session is out (or owed) */
    FIX_SESSION_LOGOUT_SENT, /* ours is out (or owed), theirs awaited */
    FIX_SESSION_CLOSING      /* flush what is owed, then close the stream */
};

/* What the caller does with what fix_session_input found. */
enum fix_action {
    FIX_ACTION_NONE = 0,       /* consumed; go on with the next message */
    FIX_ACTION_PARTIAL,        /* input->need bytes are needed; nothing consumed */
    FIX_ACTION_BLOCKED,        /* too much is owed (flush output first) or an answer is awaited;
                                  nothing consumed */
    FIX_ACTION_DELIVER,        /* an application message, in sequence: input->view */
    FIX_ACTION_UP,             /* the session is established now */
    FIX_ACTION_REJECTED,       /* the peer's Reject(3) of a message of ours: input->view */
    FIX_ACTION_NEED_SIGNATURE, /* answer with fix_session_signed (also seen as the state) */
    FIX_ACTION_NEED_VERDICT,   /* the Logon is in input->view; answer with fix_session_verdict */
    FIX_ACTION_RESEND_ASKED,   /* the peer misses input->resend_begin .. resend_end; answered */
    FIX_ACTION_CLOSE           /* nothing more is read: what comes behind the end is only consumed;
                                  flush what is owed, then close the stream */
};

/* Why a session ended: for the log, metrics and the peer's Text. The first cause wins. */
enum fix_end {
    FIX_END_NONE = 0,
    FIX_END_LOGOUT_RECEIVED,
    FIX_END_LOGOUT_ANSWERED, /* we asked, they answered */
    FIX_END_LOGOUT_TIMEOUT,
    FIX_END_STREAM_CLOSED,
    FIX_END_LOGON_TIMEOUT,
    FIX_END_ANSWER_TIMEOUT, /* no signature or verdict in time */
    FIX_END_REFUSED,        /* the verdict said no, or they refused our Logon */
    FIX_END_NOT_LOGON,      /* first message was something else or garbled */
    FIX_END_COMP_ID,
    FIX_END_BEGIN_STRING,
    FIX_END_SEQUENCE_TOO_LOW,
    FIX_END_SEQUENCE_MISSING,
    FIX_END_SENDING_TIME,
    FIX_END_HEARTBEAT_TIMEOUT,
    FIX_END_TOO_LONG,      /* a message over message_bytes_max */
    FIX_END_BAD_LOGON,     /* missing or impossible 98, 108, ...; or ours does not fit its room */
    FIX_END_UNSIGNED,      /* our Logon could not be signed */
    FIX_END_ABANDONED,     /* fix_session_logout before the session was up */
    FIX_END_SCHEDULE,      /* the session time is over, or has not begun */
    FIX_END_NEXT_EXPECTED, /* their NextExpectedMsgSeqNum(789) was never sent */
    FIX_END_GAP,           /* what we miss was asked for in vain */
    FIX_END_DEAF           /* a probe that ends the session (probe_ends) was not answered */
};

struct fix_input {
    enum fix_action action;
    size_t consumed; /* bytes to give back to the stream; 0 with PARTIAL, BLOCKED, and what had
                  come early: that lies in the session's own memory */
    size_t need;     /* PARTIAL: what to ask of the stream next time */
    bool secret;     /* the consumed bytes hold a password, or may: wipe them */
    uint64_t seq;    /* of the message in view */
    uint64_t resend_begin; /* RESEND_ASKED, and UP of an initiator whose peer asked by its 789 (else
                                  0): the numbers asked for, both ends included and sent */
    uint64_t resend_end;
    /* With DELIVER, REJECTED and NEED_VERDICT, until the bytes are consumed. */
    struct fix_view view;
};

struct fix_session_counters {
    uint64_t received;
    uint64_t sent;
    uint64_t garbled;
    uint64_t gaps;
    uint64_t rejects_sent;
    uint64_t rejects_received;
    uint64_t duplicates;  /* PossDup already seen: ignored */
    uint64_t kept_early;  /* messages ahead of a gap that were kept for their turn */
    uint64_t filled_over; /* gap fills over this connection's numbers, and resets over a gap: what
                             was missed is not said again */
    uint64_t resent;      /* messages sent again */
    uint64_t resend_lost; /* numbers asked for that may have been messages to resend, and were
                             filled over because the outbox had let them go */
};

/* What is still to be written of an answer to a ResendRequest: next .. last. */
struct fix_range {
    uint64_t next;
    uint64_t last;
};

/* One thing owed to the peer; the session keeps a bounded queue of them. */
struct fix_owed {
    char msg_type;
    uint32_t reason;
    char ref_tag[FIX_REF_TAG_MAX]; /* Reject: 371 as it is written */
    uint8_t ref_tag_len;
    bool empty_text;  /* Heartbeat: the TestReqID it answers has no value */
    bool restart;     /* Logon: our numbers begin again with it */
    uint64_t ref_seq; /* Reject: 45; gap fill: first number it covers; ResendRequest: the early
                         number that showed the gap */
    uint64_t end_seq; /* gap fill: the last number it covers */
    char ref_msg_type[FIX_REF_MSG_TYPE_MAX];
    uint8_t ref_msg_type_len;
    uint8_t route_len;
    char route[FIX_ROUTE_MAX]; /* Reject: header fields, as they are written */
    uint8_t text_len;
    char text[FIX_SESSION_TEXT_MAX + 1]; /* 58, or 112 of a Heartbeat or TestRequest */
};

/* "49=US|" as it is written, prepared once. */
struct fix_comp_id_field {
    uint8_t len;
    char text[FIX_COMP_ID_MAX + 4];
};

/* Private to fix_session*.c, apart from reading state, end, end_text, numbers and counters. */
struct fix_session {
    struct fix_session_config config;
    struct fix_writer_head head; /* how its messages begin */
    struct fix_comp_id_field sender;
    struct fix_comp_id_field target;
    enum fix_session_state state;
    enum fix_end end;
    enum fix_action pending; /* NEED_SIGNATURE or UP, not yet said; else NONE */
    uint32_t epoch;
    struct fix_parser
        parser;            /* has learnt how this peer writes, and keeps it between connections */
    uint64_t next_out;     /* the next number we send */
    uint64_t next_in;      /* the next number we expect */
    uint64_t filled_to;    /* their gap fill leads there, over messages that are kept; 0: none */
    bool early_left;       /* what is kept has numbers of before a reset: it is taken at once */
    uint64_t resend_until; /* the early number that a written ResendRequest is after; 0: none */
    uint64_t resend_from;  /* its BeginSeqNo(7) */
    uint64_t resend_chunk_end; /* the last number it asks for; 0: all */
    uint32_t resend_asks;      /* ResendRequests written since next_in moved */
    uint64_t logon_seq;        /* of the Logon awaiting a verdict */
    uint64_t logon_expected;   /* its NextExpectedMsgSeqNum(789); 0: it has none */
    int64_t logon_period;      /* of the schedule, in which it came */
    bool heard_out;            /* their Logout came in its turn: nothing before it was missed */
    bool logon_reset;          /* that Logon, or the one we owe, has ResetSeqNumFlag(141) */
    uint32_t heartbeat_s;      /* in force; 0: nobody watches */
    struct instant last_sent;
    struct instant last_received;
    struct instant last_progress;    /* of an open ResendRequest: asked, or next_in moved */
    struct instant deadline_state;   /* of the current waiting state; INSTANT_NEVER if none */
    struct instant deadline_silence; /* after a TestRequest: when silence ends the session */
    struct fix_range unsent; /* numbers that went to the outbox only and were not resent; 0: none */
    bool unsent_adrift;      /* their run ended: they, and more of them, get numbers of the new one
                                behind its Logon */
    uint32_t unasked;        /* TestRequests that were due while one was still not written */
    uint32_t owed_count;
    uint32_t owed_first;
    struct fix_owed owed[FIX_OWED_MAX];
    struct fix_range replays[FIX_REPLAYS_MAX]; /* too long for one burst; in the order asked */
    uint32_t replay_count;
    uint32_t resend_budget;       /* messages that may still be resent in this window */
    struct instant resend_window; /* when the next window begins */
    bool kept;                    /* the application message being written goes to the outbox */
    uint32_t probe_count;
    bool probe_answered;
    struct instant probe_deadline; /* INSTANT_NEVER: none is under way */
    int64_t period;                /* of the schedule, that the numbers belong to */
    struct instant schedule_at;    /* when the schedule is looked at next */
    uint8_t appl_ver_len;          /* their DefaultApplVerID(1137) */
    char appl_ver_id[FIX_APPL_VER_MAX];
    struct fix_time_cache time_cache;
    struct utc sending_time; /* of the message being written; a signature covers it */
    char end_text[FIX_SESSION_TEXT_MAX + 1]; /* their Text(58), or ours; no control characters */
    struct fix_session_counters counters;
};

/* Sequence numbers start at 1. CHECKs the configuration: it was validated when it was read. */
void fix_session_init(struct fix_session *session, const struct fix_session_config *config);

/*
 * Numbers known from an earlier life (a journal, say). Only while DOWN; both at least 1. The
 * outbox, which may have been refilled before, is emptied when it has numbers that are yet to come.
 */
void fix_session_restore(struct fix_session *session, uint64_t next_in, uint64_t next_out);

/*
 * With a schedule: when numbers that were restored were last in use. Without it, restored numbers
 * are taken for those of the period in which the session is first connected.
 */
void fix_session_restore_time(struct fix_session *session, struct utc last_used);

/*
 * Whether a connection is wanted: DOWN, and inside the session time. A schedule works by itself: in
 * its last moment the session logs out (FIX_END_SCHEDULE), Logons outside are refused, and the
 * first Logon of a new period begins at 1 in both directions. UTC may step: a period that began
 * stays begun, unless its start is more than an hour ahead now: then the clock was wrong before.
 * fix_session_deadline and _tick hold for a DOWN session with a schedule as well: at the deadline
 * this may have changed.
 */
bool fix_session_may_connect(const struct fix_session *session, struct now now);

void fix_session_connected(struct fix_session *session, struct now now, uint32_t epoch);
void fix_session_disconnected(struct fix_session *session, struct now now);

/*
 * Takes at most one message, one that came early or from the front of `in` (which may be empty:
 * PARTIAL). Call again after consuming until PARTIAL, BLOCKED or CLOSE. Reading never writes: what
 * it wants to say becomes owed.
 */
void fix_session_input(struct fix_session *session, struct now now, struct bytes in,
                       struct fix_input *input);

/*
 * Whether the turn of a message that came early is there, or a reset has taken it away from what
 * stands: fix_session_input takes it, whatever is or is not there to be read.
 */
bool fix_session_has_input(const struct fix_session *session);

/*
 * With config.early_stands: what came early and will not have its turn, because the connection is
 * over (CLOSING, or nothing is left to be read). Taken one by one, in order, before
 * fix_session_disconnected forgets it: DELIVER and REJECTED with input->view, or NONE for one that
 * says nothing to the caller. No number is used up by it and nothing is owed for it, so that all of
 * it comes again, behind what is missing, where the numbers go on with the next connection.
 */
bool fix_session_has_left(const struct fix_session *session);
enum fix_action fix_session_take_left(struct fix_session *session, struct now now,
                                      struct fix_input *input);

/* Whether fix_session_output would write something. */
bool fix_session_has_output(const struct fix_session *session);

/* Whether it is something that should not wait: not the rest of a long replay. */
bool fix_session_has_urgent_output(const struct fix_session *session);

/* The stream is gone, but not yet discarded: nothing that is owed will be written, or has a number.
 */
void fix_session_forget_output(struct fix_session *session);

/*
 * Room for the next fix_session_output: FIX_ADMIN_BYTES_MAX, or more where a long message is to be
 * sent again.
 */
size_t fix_session_output_bytes(const struct fix_session *session);

/*
 * Writes the next owed message into `room` (fix_session_output_bytes) and returns its length;
 * *secret says that it holds a password or signature. The caller must commit. After the last one of
 * a CLOSING session the caller closes the stream. Where only FIX_ADMIN_BYTES_MAX can be had, a
 * message too long for that is filled over, and counted as lost, instead of sent again.
 */
size_t fix_session_output(struct fix_session *session, struct now now, char *room, size_t bytes,
                          bool *secret);

/*
 * Whether application messages may be sent now (UP, nothing owed that must go first). A replay that
 * outlasts its burst does not have to go first.
 */
bool fix_session_can_send(const struct fix_session *session);

/*
 * Begins an application message in reserved room: header written, the caller puts the body fields.
 * fix_session_end returns the length, to be committed, or 0 when it did not fit: then the number is
 * not consumed and the caller cancels the reservation. Only while fix_session_can_send. A message
 * whose type is to be resent is copied to the outbox at its end, as it lies in the room.
 */
void fix_session_begin(struct fix_session *session, struct now now, struct bytes msg_type,
                       char *room, size_t bytes, struct fix_writer *writer);
size_t fix_session_end(struct fix_session *session, struct now now,
                       struct fix_writer *writer) MUST_USE;

/*
 * A message that goes to no stream, because the session is not UP: its number is used and the
 * outbox keeps it, so that the peer, when it is back, misses it and asks for it. Only with an
 * outbox, and for a type that is resent. `room` is scratch. _end returns false when it did not fit;
 * then the number is not consumed. Such a message outlives a reset, which gives up only what was
 * sent: it follows the Logon of the new run under a new number, with PossResend(97).
 */
void fix_session_begin_unsent(struct fix_session *session, struct now now, struct bytes msg_type,
                              char *room, size_t bytes, struct fix_writer *writer);
bool fix_session_end_unsent(struct fix_session *session, struct fix_writer *writer) MUST_USE;

/*
 * The caller could not process the message it was delivered: owes a Reject(3) with
 * SessionRejectReason(373) `reason`, RefTagID(371) when ref_tag is not 0, where the version has
 * them: below 4.2 the tag is told in the text. Routing fields of the
 * message come back reversed. At most once a delivered message: then it is never refused, because
 * input is BLOCKED before the queue could overflow. `reason` is an enum fix_reject_reason or any
 * other number the peer knows.
 */
void fix_session_reject(struct fix_session *session, const struct fix_view *view, uint32_t reason,
                        uint32_t ref_tag, struct bytes text);

/* The Text(58) that goes with a reason, in the words of the public acceptance definitions. */
struct bytes fix_reject_text(enum fix_reject_reason reason);

/*
 * Answers to NEED_SIGNATURE and NEED_VERDICT; ignored when the epoch or the state is another. The
 * Logon that was asked about is signed as of session->sending_time and session->next_out, and is
 * written with just these. Sequence numbers are looked at, and reset, only after a verdict. A
 * refusal is told the peer by a Logout with `text`.
 */
void fix_session_signed(struct fix_session *session, struct now now, uint32_t epoch, bool ok);
void fix_session_verdict(struct fix_session *session, struct now now, uint32_t epoch, bool accepted,
                         struct bytes text);

/* Starts an orderly logout; Text(58) optional. */
void fix_session_logout(struct fix_session *session, struct now now, struct bytes text);

/*
 * Begins both directions again at 1 inside the session: a Logon with 141=Y, behind what is owed.
 * Until it is answered messages of the old run are still taken, and none can be sent. False when
 * that is not possible now: not UP, a Logon still owed, or one that would have to be signed
 * (reconnect instead); and never in FIX 4.0, which has no 141. No answer within logon_timeout ends
 * the session.
 */
bool fix_session_reset(struct fix_session *session, struct now now);

/*
 * Whether the peer is still there, asked on behalf of somebody else who claims to be it; or whether
 * it hears us, when it says something now and then and answers nothing. The probe owes a
 * TestRequest with an id of its own: only its answer counts, because what was under way before
 * proves nothing. One that is under way is not begun again. The verdict stands until the next probe
 * or the end of the connection, which is the same where probe_ends; the deadline of a probe is
 * among fix_session_deadline's.
 */
enum fix_probe {
    FIX_PROBE_NONE = 0, /* none was begun on this connection */
    FIX_PROBE_PENDING,
    FIX_PROBE_ALIVE,
    FIX_PROBE_DEAD /* no answer within probe_timeout, or the session is not UP any more */
};

void fix_session_probe(struct fix_session *session, struct now now);
enum fix_probe fix_session_probe_verdict(const struct fix_session *session, struct now now);

/*
 * The caller does not read now, for reasons of its own: the silence of the peer up to now counts
 * for nothing, because what it said may lie there unread. A peer that takes nothing either is given
 * up all the same, after three times the silence that is allowed; so is one that speaks, and takes
 * nothing of what is owed to it.
 */
void fix_session_hold(struct fix_session *session, struct now now);

struct instant fix_session_deadline(const struct fix_session *session);
enum fix_action fix_session_tick(struct fix_session *session, struct now now);

const char *fix_session_state_name(enum fix_session_state state);
const char *fix_end_name(enum fix_end end);

/*
 * Reads the identity of an unbound connection's first message: PARTIAL (need), DELIVER (sender and
 * target are the peer's 49 and 56, views into `in`; nothing consumed) or CLOSE (not a Logon).
 */
struct fix_identity {
    struct bytes begin_string;
    struct bytes sender_comp_id;
    struct bytes target_comp_id;
    struct bytes username; /* 553, 554; empty if absent */
    struct bytes password;
    size_t need;
};

enum fix_action fix_session_identify(struct bytes in, size_t message_bytes_max,
                                     struct fix_identity *identity) MUST_USE;

#endif
