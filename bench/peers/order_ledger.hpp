/*
 * What a client believes: the orders it sent and what it was told about each. An order is known by
 * the id it was first sent with, and by those of the replaces that were taken.
 *
 * Fed with every order sent and every report received, it keeps one row an order, and a list of
 * complaints: reports that contradict the order, each other or arithmetic. It trusts nothing it can
 * work out: fills are counted and summed from the trade reports, not copied from CumQty.
 *
 * Not threaded: the caller locks.
 */
#ifndef TERCEL_BENCH_PEERS_ORDER_LEDGER_HPP
#define TERCEL_BENCH_PEERS_ORDER_LEDGER_HPP

#include <map>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "bench/peers/exact_decimal.hpp"

/* An order as it was sent; decimals as written. */
struct sent_order {
    std::string id;
    std::string symbol;
    std::string side;     /* buy or sell */
    std::string quantity; /* empty for an order sized by money */
    std::string price;    /* empty for a market order */
};

/* The fields of an ExecutionReport the ledger reads; empty when absent. */
struct execution_report {
    std::string cl_ord_id;
    std::string orig_cl_ord_id;
    std::string exec_id;
    std::string exec_type;
    std::string ord_status;
    std::string symbol;
    std::string side; /* FIX 54 */
    std::string last_quantity;
    std::string last_price;
    std::string cumulative_quantity;
    std::string leaves_quantity;
    std::string average_price;
    std::string reject_reason; /* OrdRejReason(103) */
};

class order_ledger {
  public:
    void sent(const sent_order &order);

    /* Asks for the cancel of `order_id` under the id `id`. */
    void sent_cancel(const std::string &id, const std::string &order_id);

    /* Asks for other terms of `order_id` (any of its ids) under the id `id`. */
    void sent_replace(const std::string &id, const std::string &order_id,
                      const std::string &quantity, const std::string &price);

    /* Sends the order once more as it was: what comes back says that it is known. */
    void sent_again(const std::string &id);

    void sent_mass_cancel(const std::string &id);

    void report(const execution_report &report);

    /* An OrderCancelReject for the request `id`, a cancel or a replace. */
    void cancel_rejected(const std::string &id);

    /* An OrderMassCancelReport for the request `id`. */
    void mass_cancel_reported(const std::string &id, bool accepted);

    /* The request `id` was refused below the application: by 3 or by j. */
    void refused(const std::string &id, const std::string &why);

    void complain(const std::string &what);

    /*
     * Whether the order or request `id` has ever been seen in `state`: new, partial, filled,
     * canceled, rejected, expired, cancel_rejected, replaced, status (told when asked), duplicate
     * (refused because it is known), mass_accepted, mass_rejected.
     */
    bool has_been(const std::string &id, const std::string &state) const;

    /* A column of the order's row as the CSV has it; empty when there is no such order or column.
     */
    std::string column(const std::string &id, const std::string &name) const;

    const std::vector<std::string> &complaints() const;

    /* One row an order, in the order of sending, under a header line. */
    void write_csv(std::ostream &out) const;

  private:
    struct row {
        sent_order order;
        std::string status = "pending";
        exact_decimal cumulative;
        exact_decimal leaves;
        exact_decimal filled;
        exact_decimal notional;
        std::string average;
        unsigned fills = 0;
        std::set<std::string> execs;
    };

    struct replace {
        std::string order;
        std::string quantity;
        std::string price;
    };

    row *find(const std::string &id);
    const row *find(const std::string &id) const;
    void check_echo(const row &entry, const execution_report &report);
    void book_status(row &entry, const execution_report &report);
    void book_replace(row &entry, const execution_report &report);
    void book_fill(row &entry, const execution_report &report);
    void check_average(const row &entry, const execution_report &report);
    void book_totals(row &entry, const execution_report &report);
    exact_decimal number(const execution_report &report, const char *name, const std::string &text);
    static std::vector<std::string> columns_of(const row &entry);

    std::vector<row> rows_;
    std::map<std::string, size_t> row_of_;
    std::map<std::string, std::string> order_of_cancel_;
    std::map<std::string, replace> replaces_;
    std::set<std::string> mass_cancels_;
    std::map<std::string, unsigned> sent_again_;
    std::map<std::string, std::set<std::string>> states_;
    std::vector<std::string> complaints_;
};

#endif
