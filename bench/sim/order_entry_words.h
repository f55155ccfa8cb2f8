/*
 * What clients of the rig (order_entry_rig.h) say and hear most. FIX text; ids are literals.
 */
#ifndef TERCEL_BENCH_SIM_ORDER_ENTRY_WORDS_H
#define TERCEL_BENCH_SIM_ORDER_ENTRY_WORDS_H

/* A limit order of the day, far from any other. */
#define BUY(id) "35=D|11=" id "|55=BTC-USD|54=1|38=0.5|40=2|44=30000|60=@|"
#define CANCEL(id, orig) "35=F|11=" id "|41=" orig "|60=@|"

/* What they hear of an order of which the venue counts more as filled than it was heard to say. */
#define COUNTS(count) "58=in doubt: the venue counts " count " filled, of which not all was heard"

#endif
