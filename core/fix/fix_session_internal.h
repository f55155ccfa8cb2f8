/*
 * What the fix_session*.c files share; nobody else includes it.
 *
 *   fix_session.c           life of a connection, deadlines, time-outs, endings
 *   fix_session_input.c     one message in: frame, sequence number, kind
 *   fix_session_message.c   what one message says of itself: header checks, faults
 *   fix_session_garbled.c   what cannot be read as a message
 *   fix_session_early.c     messages ahead of a gap
 *   fix_session_logon.c     Logon in, of either role
 *   fix_session_admin.c     the other admin messages in
 *   fix_session_resend.c    gaps: ours (what we ask for) and theirs (what we answer)
 *   fix_session_output.c    the owed queue, and writing
 *   fix_session_replay.c    the answer to their ResendRequests, message by message
 *   fix_session_reject.c    Reject out
 *   fix_session_schedule.c  session times
 *   fix_session_probe.c     is the peer still there
 *   fix_session_profile.c   the named profiles
 *   fix_session_identify.c  an unbound connection's first message
 *   fix_session_version.c   what depends on the version of FIX, and which one a message is of
 *   fix_session_text.c      enum values as text, and building texts
 */
#ifndef TERCEL_CORE_FIX_FIX_SESSION_INTERNAL_H
#define TERCEL_CORE_FIX_FIX_SESSION_INTERNAL_H

#include "core/base/check.h"
#include "core/fix/fix_session.h"
#include "core/fix/fix_tag.h"

/* Room kept in the owed queue: what one input, its Reject by the caller, a tick, a probe, a reset
 * and a logout may add between two looks at the queue. */
#define FIX_OWED_RESERVE 9

/* One parsed message on its way through the checks. */
struct fix_message {
    const struct fix_view *view;
    struct bytes type;
    char kind; /* MsgType(35) when it is one byte, else 0 */
    bool poss_dup;
    struct bytes appl_ver_id; /* ApplVerID(1128); empty: the Logon's */
    bool secret;              /* a password or the like is in it */
    /* The first header field found missing, empty or malformed, or a tag that is none. It leads to
     * a Reject only once the sequence number says that the message is not a stray. */
    bool faulty;
    uint32_t fault_tag;       /* 0: not told */
    struct bytes invalid_tag; /* the number that is none, as it stands there; mostly empty */
    enum fix_reject_reason fault_reason;
    uint64_t seq;
    struct fix_range asked; /* by a ResendRequest that was good */
};

/* One message read, fix_session_message.c. `invalid_tag`: the number among its tags that is none.
 */
struct fix_message fix_message_of(const struct fix_view *view, struct bytes invalid_tag);
/* Whether something is wrong with it: then fault_reason and fault_tag say what. */
bool fix_message_has_fault(const struct fix_session *session, struct fix_message *message);
/* The same, and a Reject that says so is owed. */
bool fix_message_is_rejected(struct fix_session *session, struct fix_message *message);
/* Whether the session's dictionary, if it has one, objects: then fault_reason and fault_tag say to
 * what. */
bool fix_message_is_off_dictionary(const struct fix_session *session, struct fix_message *message);
/* The header checks. Each returns whether the session may go on. */
bool fix_message_read_seq(struct fix_message *message);
bool fix_message_begin_string_matches(const struct fix_session *session,
                                      const struct fix_message *message);
bool fix_message_comp_ids_match(const struct fix_session *session, struct fix_message *message);
bool fix_message_time_in_range(const struct fix_session *session, struct now now,
                               struct fix_message *message);
/* The tag of a header field as a Reject over it tells it; 0: not told. */
uint32_t fix_session_header_tag(const struct fix_session *session, uint32_t tag);

/* Bytes that begin as a message and are none, fix_session_garbled.c. */
enum fix_action fix_session_take_garbled(struct fix_session *session, struct now now,
                                         struct bytes garbled);

/* Its turn has come: the number is used up whatever becomes of the message. */
enum fix_action fix_session_take_in_sequence(struct fix_session *session, struct now now,
                                             struct fix_message *message);
/* The message's number was used: the next one is expected, now or when its turn comes. */
void fix_session_consume(struct fix_session *session, struct now now,
                         const struct fix_message *message);
/* A number below the expected one: a duplicate, or the end of the session. */
enum fix_action fix_session_refuse_low(struct fix_session *session, struct now now, uint64_t seq);
enum fix_action fix_session_take_low(struct fix_session *session, struct now now,
                                     const struct fix_message *message);

/* Logon in, fix_session_logon.c. */
enum fix_action fix_session_take_first(struct fix_session *session, struct now now,
                                       struct fix_message *message);
enum fix_action fix_session_take_answer(struct fix_session *session, struct now now,
                                        struct fix_message *message);
/* A Logon with 141=Y inside a session. */
bool fix_session_is_reset_logon(const struct fix_session *session,
                                const struct fix_message *message);
enum fix_action fix_session_take_reset_logon(struct fix_session *session, struct now now,
                                             struct fix_message *message);
/* The Logon noted in the session was found good: its sequence number decides. */
enum fix_action fix_session_accept_logon(struct fix_session *session, struct now now);

/* The answer to our own reset, or one of theirs that crossed it. */
enum fix_action fix_session_take_reset_answer(struct fix_session *session, struct now now,
                                              struct fix_message *message);

/* Admin messages in, fix_session_admin.c. Those of the second group look at 34 themselves. */
enum fix_action fix_session_take_test_request(struct fix_session *session,
                                              const struct fix_message *message);
enum fix_action fix_session_take_sequence_reset(struct fix_session *session, struct now now,
                                                const struct fix_message *message);
enum fix_action fix_session_take_logout(struct fix_session *session, struct now now,
                                        const struct fix_message *message);

/* Session times, fix_session_schedule.c. Without a schedule they do nothing, and it is in time. */
#define FIX_PERIOD_UNKNOWN INT64_MIN
bool fix_session_is_in_time(const struct fix_session *session, struct now now);
/* The one that counts now. */
int64_t fix_session_period(const struct fix_session *session, struct now now);
/* Whether our numbers are of an earlier one. */
bool fix_session_begins_anew(const struct fix_session *session, int64_t period);
/* A Logon of that period is sent or taken: then they begin anew. */
void fix_session_enter_period(struct fix_session *session, int64_t period);
void fix_session_look_at_schedule(struct fix_session *session, struct now now);
enum fix_action fix_session_schedule_tick(struct fix_session *session, struct now now);

/* Versions, fix_session_version.c. What the version does not have is never said. */
struct fix_session_config fix_session_config_of_version(const struct fix_session_config *config);
/* Whether application messages of that ApplVerID are read here. */
bool fix_session_takes_appl_ver(const struct fix_session *session, struct bytes appl_ver_id);
/* Their DefaultApplVerID(1137), which was found to be taken. */
void fix_session_note_appl_ver(struct fix_session *session, struct bytes appl_ver_id);
bool fix_message_version_is_taken(const struct fix_session *session,
                                  const struct fix_message *message);
/* What it is to be checked by; NULL: by nothing. */
const struct fix_dictionary *fix_message_dictionary(const struct fix_session *session,
                                                    const struct fix_message *message);

/* Probes, fix_session_probe.c. */
void fix_session_probe_heard(struct fix_session *session, const struct fix_message *message);
void fix_session_probe_forget(struct fix_session *session);
enum fix_action fix_session_probe_tick(struct fix_session *session, struct now now);
/* What the peer says is not read now: its time to answer begins anew. */
void fix_session_probe_hold(struct fix_session *session, struct now now);

/* Messages ahead of a gap, fix_session_early.c: kept for their turn where there is room. */
void fix_session_keep_early(struct fix_session *session, const struct fix_message *message);
/* Of one that has been dealt with, or of a Logon: only its number has a turn to wait for. */
void fix_session_keep_early_number(struct fix_session *session, uint64_t seq);
enum fix_action fix_session_take_early(struct fix_session *session, struct now now,
                                       struct fix_input *input);

/* Gaps, fix_session_resend.c. */
/* EndSeqNo(16) of a request that is written now, after the early number `until`; 0: all. */
uint64_t fix_session_request_end(const struct fix_session *session, uint64_t until);
enum fix_action fix_session_take_resend_request(struct fix_session *session, struct now now,
                                                struct fix_message *message);
void fix_session_gap_seen(struct fix_session *session, struct now now, uint64_t early_seq);
void fix_session_expect(struct fix_session *session, struct now now, uint64_t next_in);
void fix_session_resend_requested(struct fix_session *session, struct now now, uint64_t early_seq);

/* Replays, fix_session_replay.c. A range of numbers that were sent becomes owed. */
void fix_session_replay(struct fix_session *session, struct now now, struct fix_range range);
void fix_session_replays_clear(struct fix_session *session);
/* What was numbered for an absent peer and never sent is not of the run that ends: it is given the
 * next numbers of the new one. Nothing when there is no such message. */
void fix_session_renumber_unsent(struct fix_session *session);
/* The same, and it is sent at once. */
void fix_session_send_unsent(struct fix_session *session, struct now now);
/* Those that stand in the owed queue, too. */
void fix_session_forget_replays(struct fix_session *session);
bool fix_session_replay_due(const struct fix_session *session);
void fix_session_replay_tick(struct fix_session *session, struct now now);
struct instant fix_session_replay_deadline(const struct fix_session *session);
/* The room that the next step of a range needs. */
size_t fix_session_replay_bytes(const struct fix_session *session, const struct fix_range *range);
/* One step: a message or a gap fill; 0 when the room is too small for that. */
size_t fix_session_replay_step(struct fix_session *session, struct now now, struct fix_range *range,
                               char *room, size_t bytes);
/* What stands in the owed queue would be written at once, whatever its length: it goes on later. */
void fix_session_replays_put_off(struct fix_session *session);
/* The next step of what was put off. */
size_t fix_session_replay_output(struct fix_session *session, struct now now, char *room,
                                 size_t bytes);

/* Writing, fix_session_output.c. */
/* 49, 52 and 56; 43 before them when `poss_dup`. */
void fix_session_put_header(struct fix_session *session, struct fix_writer *writer,
                            struct bytes msg_type, uint64_t seq, bool poss_dup);
void fix_session_count_sent(struct fix_session *session, struct now now);

/* The owed queue, fix_session_output.c. A new entry is zeroed but for its type. */
struct fix_owed *fix_session_owe(struct fix_session *session, char msg_type);
struct fix_owed *fix_session_owed_find(struct fix_session *session, char msg_type);
void fix_session_owed_remove(struct fix_session *session, char msg_type);
void fix_session_owed_clear(struct fix_session *session);
void fix_owed_set_text(struct fix_owed *owed, struct bytes text);
/* Header fields of their own, and the body, of an owed Reject. */
void fix_owed_put_route(const struct fix_owed *owed, struct fix_writer *writer);
void fix_owed_put_reject(const struct fix_owed *owed, const struct fix_version *version,
                         struct fix_writer *writer);
/* Owes a Reject of `message` with the reason's usual text; ref_tag 0: none. */
void fix_session_owe_reject(struct fix_session *session, const struct fix_message *message,
                            enum fix_reject_reason reason, uint32_t ref_tag);
/* The same of one that is garbled; `type` is empty where it is not known. */
void fix_session_owe_garbled_reject(struct fix_session *session, uint64_t seq, struct bytes type);
/* Owes a Logon; session->logon_reset says whether with 141=Y. */
void fix_session_owe_logon(struct fix_session *session);

/* Endings, fix_session.c. All keep the first cause, and return what the caller is to be told. */
/* Nothing is said to the peer. */
enum fix_action fix_session_drop(struct fix_session *session, enum fix_end end);
/* Logout with `text`, then close without waiting for an answer. */
enum fix_action fix_session_refuse(struct fix_session *session, struct now now, enum fix_end end,
                                   struct bytes text);
/* Logout with `text`; closes at the answer or the time-out. */
enum fix_action fix_session_log_out(struct fix_session *session, struct now now, enum fix_end end,
                                    struct bytes text);
/* What is owed is written, then the stream closes. */
enum fix_action fix_session_close(struct fix_session *session, struct now now, enum fix_end end);
/* A direction begins again at 1: nothing was sent that could be resent, nothing is missed. */
void fix_session_restart_out(struct fix_session *session);
void fix_session_restart_in(struct fix_session *session);
/* What is kept ahead of a gap, and that it was asked for. */
void fix_session_forget_early(struct fix_session *session);
/* The same because numbers were reset: what stands is taken yet, and of a gap that was open nothing
 * will be said. */
void fix_session_end_early(struct fix_session *session);
/* Whether something before what was heard is missing, and may come yet. */
bool fix_session_has_gap(struct fix_session *session);
/* Both do, and nothing is owed any more. */
void fix_session_restart_numbers(struct fix_session *session);
/* Established: heartbeats begin. */
void fix_session_rise(struct fix_session *session);
/* Whether the session ends over a broken rule, and not by anybody's wish. */
bool fix_session_is_at_fault(const struct fix_session *session);
/* While ours is the Logout over a broken rule, nothing has its turn any more. */
bool fix_session_takes_messages(const struct fix_session *session);
/* Keeps `text` as the end's, unless there is one. */
void fix_session_note_text(struct fix_session *session, struct bytes text);

/* The reason a field that could not be read is rejected for; `got` is not FIX_GET_OK. */
enum fix_reject_reason fix_reject_reason_of(enum fix_get got);

/* What the peer is told about a broken rule. */
struct bytes fix_end_text(enum fix_end end);

/* Copies at most `size - 1` bytes and terminates; control characters become '?'. */
size_t fix_text_copy(char *out, size_t size, struct bytes text);

/* Append to `text` of FIX_SESSION_TEXT_MAX + 1 bytes at `len`; return the new length. */
size_t fix_text_append(char *text, size_t len, struct bytes more);
size_t fix_text_append_number(char *text, size_t len, uint64_t number);

#endif
