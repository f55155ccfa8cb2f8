"""Proof that scripts/compare_ledgers sees what it is there to see.

Three ledgers that agree must pass. Then one thing at a time is changed in one of them, and the
change must be reported under the order it was made to. TAP on stdout.
"""

import copy
import pathlib
import sys
import tempfile
from typing import Callable, NamedTuple

sys.path.insert(0, str(pathlib.Path(__file__).parent / "demo.d"))
from tap import Tap  # noqa: E402

CLIENT = """cl_ord_id,symbol,side,qty,price,final_status,cum_qty,avg_px,leaves_qty,fills,\
fill_notional
rest,BTC-USD,buy,1.5,60000,new,0,,1.5,0,0
fill,BTC-USD,sell,0.3,64000,filled,0.3,64000.02333333,0,2,19200.007
part,ETH-USD,buy,3,3000.5,partially_filled,1,3000.5,2,1,3000.5
gone,ETH-USD,sell,3,3100,canceled,1,3100,0,1,3100
market,BTC-USD,buy,0.1,,filled,0.1,64001,0,1,6400.1
late,BTC-USD,buy,2,1,expired,0,,0,0,0
refused,NOPE-USD,buy,1,1,rejected,0,,0,0,0
bounced,BTC-USD,buy,1,9,rejected,0,,0,0,0
"""
ROUTER = """client_session,cl_ord_id,symbol,venue,venue_cl_ord_id,venue_order_id,side,qty,price,\
final_status,cum_qty,avg_px,leaves_qty,fills,fill_notional,rejected_by,reject_code
acme,rest,BTC-USD,X,v1,o1,buy,1.5,60000,new,0,,1.5,0,0,,
acme,fill,BTC-USD,X,v2,o2,sell,0.3,64000,filled,0.3,64000.02333333,0,2,19200.007,,
acme,part,ETH-USD,X,v3,o3,buy,3,3000.5,partially_filled,1,3000.5,2,1,3000.5,,
acme,gone,ETH-USD,X,v4,o4,sell,3,3100,canceled,1,3100,0,1,3100,,
acme,market,BTC-USD,X,v5,o5,buy,0.1,,filled,0.1,64001,0,1,6400.1,,
acme,late,BTC-USD,X,v6,o6,buy,2,1,expired,0,,0,0,0,,
acme,refused,NOPE-USD,X,,,buy,,,rejected,0,,0,0,0,router,UNKNOWN_SYMBOL
acme,bounced,BTC-USD,X,v7,,buy,1,9,rejected,0,,0,0,0,venue,POST_ONLY
"""
# The venue's own symbols, and its own idea of how to write an average without end.
EXCHANGE = """cl_ord_id,order_id,symbol,side,qty,price,final_status,cum_qty,avg_px,leaves_qty,\
fills,fill_notional
v1,o1,BTC/USD,buy,1.5,60000,new,0,,1.5,0,0
v2,o2,BTC/USD,sell,0.3,64000,filled,0.3,64000.02333333333,0,2,19200.007
v3,o3,ETH/USD,buy,3,3000.5,partially_filled,1,3000.5,2,1,3000.5
v4,o4,ETH/USD,sell,3,3100,canceled,1,3100,0,1,3100
v5,o5,BTC/USD,buy,0.1,0,filled,0.1,64001,0,1,6400.1
v6,o6,BTC/USD,buy,2,1,expired,0,,0,0,0
v7,,BTC/USD,buy,1,9,rejected,0,,0,0,0
"""
SYMBOLS = {"BTC-USD": "BTC/USD", "ETH-USD": "ETH/USD"}


NO_LEDGERS = {
    "a file without the columns": "cl_ord_id,symbol\nrest,BTC-USD\n",
    "a number that is none": CLIENT.replace("60000", "6e4"),
    "a status that is none": CLIENT.replace("expired", "lost"),
    "a line cut short": CLIENT[:-10],
    "an empty file": "",
}


def parse(text):
    lines = [line.split(",") for line in text.splitlines()]
    return [dict(zip(lines[0], line)) for line in lines[1:]]


def write(rows, path):
    lines = [list(rows[0])] + [list(row.values()) for row in rows]
    path.write_text("".join(",".join(line) + "\n" for line in lines))


class Plant(NamedTuple):
    name: str
    change: Callable  # of the three ledgers, in place
    order: str  # under which it must be reported
    says: str  # what the report must contain


def row_of(ledger, order):
    return next(row for row in ledger if row["cl_ord_id"] == order)


def changed(which, order, name=None, report_as=None, says=None, **cells):
    """Other cells in one row of one ledger."""
    def change(ledgers):
        row_of(ledgers[which], order).update(cells)
    what = ", ".join(cells)
    return Plant(name or f"{what} differs in the {which}'s ledger", change, report_as or order,
                 says or next(iter(cells)))


def removed(which, order, report_as, says):
    def change(ledgers):
        ledgers[which].remove(row_of(ledgers[which], order))
    return Plant(f"an order is missing from the {which}'s ledger", change, report_as, says)


def added(which, order, name, report_as, says, **cells):
    """A copy of a row with other cells."""
    def change(ledgers):
        ledgers[which].append({**row_of(ledgers[which], order), **cells})
    return Plant(name, change, report_as, says)


def sent_though_refused(ledgers):
    row_of(ledgers["router"], "refused")["venue_cl_ord_id"] = "v9"
    ledgers["exchange"].append({**row_of(ledgers["exchange"], "v7"), "cl_ord_id": "v9"})


def with_terms(stop_px, display_qty):
    """Terms that a ledger may have in the router's and the exchange's: the exchange's are these."""
    def change(ledgers):
        for row in ledgers["router"]:
            row.update(stop_px="59000", display_qty="")
        for row in ledgers["exchange"]:
            row.update(stop_px="59000.0", display_qty="")
        row_of(ledgers["exchange"], "v1").update(stop_px=stop_px, display_qty=display_qty)
    return change


PLANTS = [
    removed("client", "rest", "rest", "unknown to the client"),
    removed("router", "rest", "rest", "unknown to the router"),
    removed("exchange", "v1", "rest", "unknown to the exchange"),
    removed("exchange", "v7", "bounced", "unknown to the exchange"),
    added("client", "rest", "the client has an order twice", "rest", "twice"),
    added("router", "rest", "the router has an order twice", "rest", "twice",
          venue_cl_ord_id="v8", venue_order_id="o8"),
    added("router", "rest", "the router sent one venue order for two", "rest2", "twice",
          cl_ord_id="rest2"),
    added("exchange", "v1", "the exchange has an order twice", "v1", "twice", order_id="o8"),
    added("exchange", "v1", "the exchange gave an order id twice", "v8", "twice", cl_ord_id="v8"),
    added("exchange", "v1", "the router sent an order twice under two ids", "v8",
          "sent by no order of the router", cl_ord_id="v8", order_id="o8"),
    Plant("the exchange knows what the router refused", sent_though_refused, "refused",
          "rejected by the router, yet"),
    changed("client", "rest", symbol="ETH-USD"),
    changed("exchange", "v1", report_as="rest", symbol="ETH/USD"),
    changed("exchange", "v1", "the exchange's symbol is ours", "rest", symbol="BTC-USD"),
    changed("client", "rest", side="sell"),
    changed("exchange", "v1", report_as="rest", side="sell"),
    changed("client", "rest", qty="1.50000001", leaves_qty="1.50000001"),
    changed("exchange", "v1", report_as="rest", qty="1.6", leaves_qty="1.6"),
    changed("client", "rest", price="60000.01"),
    changed("exchange", "v1", report_as="rest", price="60000.01"),
    changed("exchange", "v5", "a market order has a price", "market", price="64001"),
    changed("client", "part", cum_qty="1.1", leaves_qty="1.9", fill_notional="3300.55"),
    changed("exchange", "v3", report_as="part", cum_qty="1.1", leaves_qty="1.9",
            fill_notional="3300.55"),
    changed("client", "late", final_status="canceled"),
    changed("exchange", "v6", report_as="late", final_status="canceled"),
    changed("router", "late", "the router has not heard of an end", final_status="pending",
            leaves_qty="2"),
    changed("router", "rest", "the router is in doubt", final_status="in_doubt",
            says="router has in_doubt"),
    changed("client", "fill", avg_px="64000.02333345"),
    changed("exchange", "v2", report_as="fill", avg_px="64000.02333345"),
    changed("client", "fill", fill_notional="19200.006999999999"),
    changed("exchange", "v2", report_as="fill", fill_notional="19200.007000000001"),
    changed("client", "fill", fills="3"),
    changed("exchange", "v2", "a fill was lost or joined on its way", "fill", fills="1"),
    changed("client", "rest", "an open order does not add up", leaves_qty="1.4",
            says="contradicts itself"),
    changed("client", "gone", "a dead order has open quantity", leaves_qty="2",
            says="contradicts itself"),
    changed("client", "fill", "a filled order is short", cum_qty="0.2",
            says="contradicts itself"),
    changed("client", "rest", "fills without quantity", fills="1", says="contradicts itself"),
    changed("exchange", "v1", report_as="rest", order_id="o99", says="order id"),
    Plant("a trigger's price differs", with_terms("59001", ""), "rest", "stop_px"),
    Plant("a quantity shown differs", with_terms("59000", "0.5"), "rest", "display_qty"),
    changed("router", "bounced", "a reject without a culprit", rejected_by="",
            says="rejected by ''"),
    changed("router", "rest", "a culprit without a reject", rejected_by="venue",
            says="rejected by 'venue'"),
]


def written(ledgers, folder):
    paths = [pathlib.Path(folder) / f"{name}.csv" for name in ledgers]
    for path, rows in zip(paths, ledgers.values()):
        write(rows, path)
    return paths


def lines(report):
    return "\n".join(report.lines())


def run(compare_ledgers, unreadable):
    good = {"client": parse(CLIENT), "router": parse(ROUTER), "exchange": parse(EXCHANGE)}
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="compare-ledgers-") as folder:
        report, orders = compare_ledgers(written(good, folder), SYMBOLS)
        tap.check("ledgers that agree pass", not report.by_order and orders == 8, lines(report))
        ledgers = copy.deepcopy(good)
        with_terms("59000", "")(ledgers)
        report, _ = compare_ledgers(written(ledgers, folder), SYMBOLS)
        tap.check("ledgers with more terms that agree pass", not report.by_order, lines(report))
        for plant in PLANTS:
            ledgers = copy.deepcopy(good)
            plant.change(ledgers)
            report, _ = compare_ledgers(written(ledgers, folder), SYMBOLS)
            seen = any(plant.says in what for what in report.by_order.get(plant.order, []))
            tap.check(f"sees that {plant.name}", seen, lines(report))
        for name, text in NO_LEDGERS.items():
            paths = written(good, folder)
            paths[0].write_text(text)
            try:
                compare_ledgers(paths, SYMBOLS)
                tap.check(f"refuses {name}", False)
            except unreadable:
                tap.check(f"refuses {name}", True)
    return tap.end()
