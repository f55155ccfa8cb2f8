/*
 * What clients of the rig (order_entry_rig.h) say most. FIX text; ids are literals.
 */
#ifndef TERCEL_BENCH_SIM_ORDER_ENTRY_WORDS_H
#define TERCEL_BENCH_SIM_ORDER_ENTRY_WORDS_H

/* A limit order of the day, far from any other. */
#define BUY(id) "35=D|11=" id "|55=BTC-USD|54=1|38=0.5|40=2|44=30000|60=@|"
#define CANCEL(id, orig) "35=F|11=" id "|41=" orig "|60=@|"

#endif
