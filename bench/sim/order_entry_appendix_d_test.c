#include <criterion/criterion.h>
#include <string.h>

#include "bench/sim/order_entry_rig.h"

/*
 * FIX 4.4 volume 7, appendix D, "Order State Change Matrices": every matrix that a router between
 * a client and an exchange can live through, as a script. Quantities are a tenth of the matrices'.
 *
 * Lines: `C ` the client says, `V ` the venue says, `c ` the client hears, `v ` the venue hears; a
 * single `c` or `v` hears nothing. What the matrices call the broker is the router; its own
 * exchange is the venue. Reports of a pending state are optional in the matrices, and not sent
 * here: 39 of the next report shows it.
 *
 * Not here, because no client can ask for it and no venue of ours says it: A.1.b (done for day),
 * E.1.a (telephoned orders), F.1.c (verbally submitted), G.1.b ("nothing done"), H.1.a to H.1.d
 * (restatement overnight; a split), J.1.a to J.1.c (corrections and busts), K.1.a and K.1.b
 * (suspended orders), L.1.a (stopped orders).
 */

#define LINES_MAX 32

struct matrix {
    const char *name;
    const char *lines[LINES_MAX];
};

#define TERMS(quantity, price) "|55=BTC-USD|54=1|38=" quantity "|40=2|44=" price "|60=@|"
#define NEW(id, quantity) "C 35=D|11=" id TERMS(quantity, "30000")
#define REPLACE(id, orig, quantity, price) "C 35=G|11=" id "|41=" orig TERMS(quantity, price)
#define CANCEL(id, orig) "C 35=F|11=" id "|41=" orig "|55=BTC-USD|54=1|60=@|"
#define STATUS(id) "C 35=H|11=" id "|55=BTC-USD|54=1|"

/* What the venue says of request #n about the order #1. */
#define SAYS(number, type, status, quantity, done, left)                                           \
    "V 35=8|11=#" number "|41=#1|37=OV|17=X" number type done "|150=" type "|39=" status           \
    "|38=" quantity "|14=" done "|151=" left "|60=@|"
#define ACK(quantity)                                                                              \
    "V 35=8|11=#1|37=OV|17=X1|150=0|39=0|38=" quantity "|14=0|151=" quantity "|60=@|"
#define FILL(number, last, quantity, done, left)                                                   \
    "V 35=8|11=#" number "|37=OV|17=F" done "|150=F|39=1|38=" quantity "|32=" last                 \
    "|31=30000|14=" done "|151=" left "|527=T" done "|60=@|"
#define REFUSED(number, type, text) "V 35=j|45=0|372=" type "|379=#" number "|380=0|58=" text "|"

/* What the client hears: ExecType, OrdStatus, OrderQty, CumQty, LeavesQty. */
#define HEARS(id, type, status, quantity, done, left)                                              \
    "c 35=8|11=" id "|150=" type "|39=" status "|38=" quantity "|14=" done "|151=" left
#define HEARS_REJECT(id, orig, to, status) "c 35=9|11=" id "|41=" orig "|434=" to "|39=" status

#define OPEN(quantity)                                                                             \
    NEW("X", quantity), "v 35=D|11=#1", ACK(quantity), HEARS("X", "0", "0", quantity, "0", quantity)

static const struct matrix matrices[] = {
    {"A.1.a filled order",
     {OPEN("1000"), FILL("1", "200", "1000", "200", "800"),
      HEARS("X", "F", "1", "1000", "200", "800"), FILL("1", "100", "1000", "300", "700"),
      HEARS("X", "F", "1", "1000", "300", "700"), FILL("1", "700", "1000", "1000", "0"),
      HEARS("X", "F", "2", "1000", "1000", "0")}},
    {"B.1.a cancel of a zero-filled order",
     {OPEN("1000"), CANCEL("Y", "X"), "v 35=F|11=#2|41=#1", "c",
      SAYS("2", "4", "4", "1000", "0", "0"), HEARS("Y", "4", "4", "1000", "0", "0")}},
    {"B.1.b cancel of a part-filled order, executions while it is active",
     {OPEN("1000"), FILL("1", "200", "1000", "200", "800"),
      HEARS("X", "F", "1", "1000", "200", "800"), CANCEL("Y", "X"), "v 35=F",
      FILL("1", "300", "1000", "500", "500"), HEARS("X", "F", "6", "1000", "500", "500"),
      SAYS("2", "4", "4", "1000", "500", "0"), HEARS("Y", "4", "4", "1000", "500", "0")}},
    {"B.1.c the order is filled before the cancel can be accepted",
     {OPEN("1000"), FILL("1", "200", "1000", "200", "800"),
      HEARS("X", "F", "1", "1000", "200", "800"), CANCEL("Y", "X"), "v 35=F",
      FILL("1", "800", "1000", "1000", "0"),
      /* The matrix shows 39=6 here and says 39=2 with the reject; both are told at once. */
      HEARS("X", "F", "2", "1000", "1000", "0"), HEARS_REJECT("Y", "X", "1", "2") "|102=0",
      REFUSED("2", "F", "EOrder:Unknown order"), "c"}},
    {"B.1.d cancel of an order that is not acknowledged yet",
     {NEW("X", "1000"), "v 35=D", CANCEL("Y", "X"), "v 35=F|41=#1", ACK("1000"),
      HEARS("X", "0", "6", "1000", "0", "1000"), SAYS("2", "4", "4", "1000", "0", "0"),
      HEARS("Y", "4", "4", "1000", "0", "0")}},
    {"B.1.e acknowledgement and cancel cross",
     {NEW("X", "1000"), "v 35=D", ACK("1000"), HEARS("X", "0", "0", "1000", "0", "1000"),
      CANCEL("Y", "X"), "v 35=F", SAYS("2", "4", "4", "1000", "0", "0"),
      HEARS("Y", "4", "4", "1000", "0", "0")}},
    {"B.1.f cancel of an unknown order",
     {CANCEL("Y", "X"), "v", HEARS_REJECT("Y", "X", "1", "8") "|102=1|37=NONE"}},
    {"C.1.a zero-filled order, increased",
     {OPEN("1000"), REPLACE("Y", "X", "1100", "30000"), "v 35=G|11=#2|41=#1|38=1100", "c",
      SAYS("2", "5", "5", "1100", "0", "1100"), HEARS("Y", "5", "0", "1100", "0", "1100") "|41=X",
      FILL("2", "100", "1100", "100", "1000"), HEARS("Y", "F", "1", "1100", "100", "1000"),
      FILL("2", "1000", "1100", "1100", "0"), HEARS("Y", "F", "2", "1100", "1100", "0")}},
    {"C.1.b part-filled order, increased, an execution while pending",
     {OPEN("1000"), FILL("1", "100", "1000", "100", "900"),
      HEARS("X", "F", "1", "1000", "100", "900"), REPLACE("Y", "X", "1200", "30000"), "v 35=G",
      FILL("1", "10", "1000", "110", "890"), HEARS("X", "F", "E", "1000", "110", "890"),
      SAYS("2", "5", "5", "1200", "110", "1090"),
      HEARS("Y", "5", "1", "1200", "110", "1090") "|41=X", FILL("2", "1090", "1200", "1200", "0"),
      HEARS("Y", "F", "2", "1200", "1200", "0")}},
    {"C.1.c order filled while it is being increased",
     {OPEN("1000"), REPLACE("Y", "X", "1200", "30000"), "v 35=G",
      FILL("1", "1000", "1000", "1000", "0"), HEARS("X", "F", "E", "1000", "1000", "0"),
      SAYS("2", "5", "5", "1200", "1000", "200"),
      HEARS("Y", "5", "1", "1200", "1000", "200") "|41=X", FILL("2", "200", "1200", "1200", "0"),
      HEARS("Y", "F", "2", "1200", "1200", "0")}},
    {"C.1.c filled order, an increase is too late",
     {OPEN("1000"), FILL("1", "1000", "1000", "1000", "0"),
      HEARS("X", "F", "2", "1000", "1000", "0"), REPLACE("Y", "X", "1200", "30000"), "v",
      HEARS_REJECT("Y", "X", "2", "2") "|102=0"}},
    {"C.2.a change of price rejected as a fill has occurred",
     {OPEN("1000"), REPLACE("Y", "X", "1000", "30100"), "v 35=G|44=30100",
      FILL("1", "1000", "1000", "1000", "0"), HEARS("X", "F", "2", "1000", "1000", "0"),
      HEARS_REJECT("Y", "X", "2", "2") "|102=0", REFUSED("2", "G", "EOrder:Unknown order"), "c"}},
    {"C.3.a decrease above what is filled meanwhile",
     {OPEN("1000"), REPLACE("Y", "X", "800", "30000"), "v 35=G|38=800",
      FILL("1", "500", "1000", "500", "500"), HEARS("X", "F", "E", "1000", "500", "500"),
      SAYS("2", "5", "5", "800", "500", "300"), HEARS("Y", "5", "1", "800", "500", "300") "|41=X",
      FILL("2", "300", "800", "800", "0"), HEARS("Y", "F", "2", "800", "800", "0")}},
    {"C.3.b decrease to just what is filled meanwhile",
     {OPEN("1000"), REPLACE("Y", "X", "700", "30000"), "v 35=G|38=700",
      FILL("1", "700", "1000", "700", "300"), HEARS("X", "F", "E", "1000", "700", "300"),
      SAYS("2", "5", "5", "700", "700", "0"), HEARS("Y", "5", "2", "700", "700", "0") "|41=X"}},
    {"C.3.c decrease below what is filled meanwhile: the venue amends to what is filled",
     {OPEN("1000"), REPLACE("Y", "X", "600", "30000"), "v 35=G|38=600",
      FILL("1", "700", "1000", "700", "300"), HEARS("X", "F", "E", "1000", "700", "300"),
      SAYS("2", "5", "5", "700", "700", "0"), HEARS("Y", "5", "2", "700", "700", "0") "|41=X"}},
    {"D.1.a two replaces one after the other, both accepted",
     {OPEN("1000"), FILL("1", "100", "1000", "100", "900"),
      HEARS("X", "F", "1", "1000", "100", "900"), REPLACE("Y", "X", "800", "30000"), "v 35=G",
      SAYS("2", "5", "5", "800", "100", "700"), HEARS("Y", "5", "1", "800", "100", "700") "|41=X",
      REPLACE("Z", "Y", "600", "30000"), "v 35=G|11=#3|38=600",
      SAYS("3", "5", "5", "600", "100", "500"), HEARS("Z", "5", "1", "600", "100", "500") "|41=Y",
      FILL("3", "500", "600", "600", "0"), HEARS("Z", "F", "2", "600", "600", "0")}},
    {"D.1.b the first is rejected, another one is accepted",
     {OPEN("1000"), REPLACE("Y", "X", "800", "30000"), "v 35=G",
      REFUSED("2", "G", "EOrder:Insufficient funds"), HEARS_REJECT("Y", "X", "2", "0"),
      REPLACE("Z", "X", "600", "30000"), "v 35=G|11=#3", SAYS("3", "5", "5", "600", "0", "600"),
      HEARS("Z", "5", "0", "600", "0", "600") "|41=X"}},
    {"D.1.c rejected after executions while pending, another one is accepted",
     {OPEN("1000"), REPLACE("Y", "X", "800", "30000"), "v 35=G",
      FILL("1", "100", "1000", "100", "900"), HEARS("X", "F", "E", "1000", "100", "900"),
      REFUSED("2", "G", "EOrder:Insufficient funds"), HEARS_REJECT("Y", "X", "2", "1"),
      REPLACE("Z", "X", "600", "30000"), "v 35=G|11=#3", SAYS("3", "5", "5", "600", "100", "500"),
      HEARS("Z", "5", "1", "600", "100", "500") "|41=X"}},
    {"D.2.d the second of two at once is rejected, the order is pending replace",
     {OPEN("1000"), REPLACE("Y", "X", "800", "30000"), "v 35=G|11=#2",
      REPLACE("Z", "Y", "600", "30000"), "v", HEARS_REJECT("Z", "Y", "2", "E") "|102=3",
      SAYS("2", "5", "5", "800", "0", "800"), HEARS("Y", "5", "0", "800", "0", "800") "|41=X"}},
    {"D.2 a cancel while a replace is pending",
     {OPEN("1000"), REPLACE("Y", "X", "800", "30000"), "v 35=G|11=#2", CANCEL("Z", "Y"),
      "v 35=F|11=#3", SAYS("2", "5", "5", "800", "0", "800"),
      HEARS("Y", "5", "6", "800", "0", "800") "|41=X", SAYS("3", "4", "4", "800", "0", "0"),
      HEARS("Z", "4", "4", "800", "0", "0") "|41=Y"}},
    {"E.1.b unsolicited cancel of a part-filled order",
     {OPEN("1000"), FILL("1", "500", "1000", "500", "500"),
      HEARS("X", "F", "1", "1000", "500", "500"),
      "V 35=8|11=#1|37=OV|17=X9|150=4|39=4|38=1000|14=500|151=0|58=Market closed|60=@|",
      HEARS("X", "4", "4", "1000", "500", "0") "|-41|58=Market closed"}},
    {"E.1.d unsolicited end of an order that was never acknowledged",
     {NEW("X", "1000"), "v 35=D",
      "V 35=8|11=#1|37=OV|17=X9|150=4|39=4|38=1000|14=0|151=0|58=Post only order|60=@|",
      HEARS("X", "4", "4", "1000", "0", "0") "|58=Post only order"}},
    {"F.1 new order rejected by the venue",
     {NEW("X", "1000"), "v 35=D", REFUSED("1", "D", "EOrder:Insufficient funds"),
      HEARS("X", "8", "8", "1000", "0", "0")}},
    {"F.1.a order rejected for its ClOrdID is a duplicate",
     {OPEN("1000"), FILL("1", "100", "1000", "100", "900"),
      HEARS("X", "F", "1", "1000", "100", "900"), NEW("X", "1500"), "v",
      "c 35=8|11=X|150=8|39=8|103=6|14=0|151=0", FILL("1", "900", "1000", "1000", "0"),
      HEARS("X", "F", "2", "1000", "1000", "0")}},
    {"F.1.b possible resend of a known and of an unknown order",
     {OPEN("1000"), "C 35=D|97=Y|11=X" TERMS("1000", "30000"), "v",
      HEARS("X", "I", "0", "1000", "0", "1000"), "C 35=D|97=Y|11=Y" TERMS("2000", "30000"),
      "v 35=D|11=#2|38=2000"}},
    {"G.1.a status of an unknown order", {STATUS("X"), "v", "c 35=8|11=X|150=I|39=8|14=0|151=0"}},
    {"G.1.c status throughout an order's life",
     {NEW("X", "1000"),
      "v 35=D",
      STATUS("X"),
      HEARS("X", "I", "A", "1000", "0", "1000"),
      ACK("1000"),
      HEARS("X", "0", "0", "1000", "0", "1000"),
      STATUS("X"),
      HEARS("X", "I", "0", "1000", "0", "1000"),
      FILL("1", "100", "1000", "100", "900"),
      HEARS("X", "F", "1", "1000", "100", "900"),
      STATUS("X"),
      HEARS("X", "I", "1", "1000", "100", "900"),
      REPLACE("Y", "X", "800", "30000"),
      "v 35=G",
      STATUS("X"),
      HEARS("X", "I", "E", "1000", "100", "900"),
      SAYS("2", "5", "5", "800", "100", "700"),
      HEARS("Y", "5", "1", "800", "100", "700"),
      STATUS("Y"),
      HEARS("Y", "I", "1", "800", "100", "700"),
      CANCEL("Z", "Y"),
      "v 35=F",
      STATUS("Y"),
      HEARS("Y", "I", "6", "800", "100", "700")}},
    {"G.1.c status after the end",
     {OPEN("1000"), FILL("1", "1000", "1000", "1000", "0"),
      HEARS("X", "F", "2", "1000", "1000", "0"), STATUS("X"),
      HEARS("X", "I", "2", "1000", "1000", "0")}},
    {"I.1.a fill or kill that cannot be filled",
     {"C 35=D|59=4|11=X" TERMS("1000", "30000"), "v 35=D|59=4", ACK("1000"),
      HEARS("X", "0", "0", "1000", "0", "1000"), SAYS("1", "4", "4", "1000", "0", "0"),
      HEARS("X", "4", "4", "1000", "0", "0")}},
    {"I.1.b immediate or cancel that is hit in part",
     {"C 35=D|59=3|11=X" TERMS("1000", "30000"), "v 35=D|59=3", ACK("1000"),
      HEARS("X", "0", "0", "1000", "0", "1000"), FILL("1", "500", "1000", "500", "500"),
      HEARS("X", "F", "1", "1000", "500", "500"), SAYS("1", "4", "4", "1000", "500", "0"),
      HEARS("X", "4", "4", "1000", "500", "0")}},
    {"L.1.b an order sized by money",
     {"C 35=D|11=X|55=BTC-USD|54=1|152=3000000|40=1|60=@|", "v 35=D|11=#1|18=v|38=3000000",
      "V 35=8|11=#1|37=OV|17=X1|150=0|39=0|14=0|60=@|", "c 35=8|11=X|150=0|39=0|152=3000000|14=0",
      "V 35=8|11=#1|37=OV|17=F1|150=F|39=1|32=60|31=30000|14=60|527=T1|60=@|",
      "c 35=8|11=X|150=F|39=1|152=3000000|14=60|32=60",
      "V 35=8|11=#1|37=OV|17=F2|150=F|39=2|32=40|31=30000|14=100|151=0|527=T2|60=@|",
      "c 35=8|11=X|150=F|39=2|152=3000000|14=100|151=0|32=40"}},
};

static void act(struct rig *rig, const char *name, const char *line) {
    struct rig_peer *peer = line[0] == 'C' || line[0] == 'c' ? &rig->client[0] : &rig->venue[0];
    if (line[0] == 'C' || line[0] == 'V') {
        rig_say(peer, "%s", line + 2);
    } else if (line[1] == '\0') {
        rig_expect_nothing_at(name, 0, peer);
    } else {
        rig_expect_at(name, 0, peer, line + 2);
    }
}

static void run(const struct matrix *matrix) {
    struct rig *rig = rig_up(NULL);
    for (int i = 0; i < LINES_MAX && matrix->lines[i] != NULL; i++) {
        act(rig, matrix->name, matrix->lines[i]);
    }
    rig_expect_nothing_at(matrix->name, 0, &rig->client[0]);
    rig_expect_nothing_at(matrix->name, 0, &rig->venue[0]);
    rig_end(rig);
}

static void run_family(char family) {
    int count = 0;
    for (size_t i = 0; i < sizeof(matrices) / sizeof(matrices[0]); i++) {
        if (matrices[i].name[0] == family) {
            run(&matrices[i]);
            count++;
        }
    }
    cr_assert(count > 0);
}

Test(order_entry_appendix_d, a_vanilla) {
    run_family('A');
}

Test(order_entry_appendix_d, b_cancel) {
    run_family('B');
}

Test(order_entry_appendix_d, c_replace_of_quantity_and_price) {
    run_family('C');
}

Test(order_entry_appendix_d, d_replaces_in_sequence) {
    run_family('D');
}

Test(order_entry_appendix_d, e_unsolicited) {
    run_family('E');
}

Test(order_entry_appendix_d, f_rejects) {
    run_family('F');
}

Test(order_entry_appendix_d, g_status) {
    run_family('G');
}

Test(order_entry_appendix_d, i_fill_or_kill_and_immediate) {
    run_family('I');
}

Test(order_entry_appendix_d, l_miscellaneous) {
    run_family('L');
}
