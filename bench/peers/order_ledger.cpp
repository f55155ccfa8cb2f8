#include "bench/peers/order_ledger.hpp"

#include <algorithm>

namespace {

const std::vector<std::string> column_names = {
    "cl_ord_id", "symbol", "side",       "qty",   "price",        "final_status",
    "cum_qty",   "avg_px", "leaves_qty", "fills", "fill_notional"};

struct status_name {
    const char *fix;   /* OrdStatus(39) */
    const char *row;   /* final_status; null where the status says nothing lasting */
    const char *state; /* what `wait` calls it */
};

/* FIX 4.4, OrdStatus: the values a router of orders may report. */
const status_name statuses[] = {
    {"0", "new", "new"},           {"1", "partially_filled", "partial"},
    {"2", "filled", "filled"},     {"4", "canceled", "canceled"},
    {"8", "rejected", "rejected"}, {"C", "expired", "expired"},
    {"A", "pending", nullptr},     {"6", nullptr, nullptr},
    {"E", nullptr, nullptr},
};

const status_name *find_status(const std::string &fix) {
    for (const status_name &status : statuses) {
        if (fix == status.fix) {
            return &status;
        }
    }
    return nullptr;
}

bool is_final(const std::string &status) {
    return status == "filled" || status == "canceled" || status == "rejected" ||
           status == "expired";
}

std::string plain(const std::string &text) {
    exact_decimal number;
    return exact_decimal::parse(text, number) ? number.text() : text;
}

} // namespace

void order_ledger::sent(const sent_order &order) {
    if (row_of_.count(order.id) != 0) {
        complain(order.id + ": sent twice by the scenario");
        return;
    }
    row fresh;
    fresh.order = order;
    exact_decimal::parse(order.quantity, fresh.leaves);
    row_of_[order.id] = rows_.size();
    rows_.push_back(fresh);
}

void order_ledger::sent_cancel(const std::string &id, const std::string &order_id) {
    order_of_cancel_[id] = order_id;
}

void order_ledger::sent_replace(const std::string &id, const std::string &order_id,
                                const std::string &quantity, const std::string &price) {
    replaces_[id] = {order_id, quantity, price};
}

void order_ledger::sent_again(const std::string &id) {
    sent_again_[id]++;
}

void order_ledger::sent_mass_cancel(const std::string &id) {
    mass_cancels_.insert(id);
}

order_ledger::row *order_ledger::find(const std::string &id) {
    auto found = row_of_.find(id);
    return found == row_of_.end() ? nullptr : &rows_[found->second];
}

const order_ledger::row *order_ledger::find(const std::string &id) const {
    auto found = row_of_.find(id);
    return found == row_of_.end() ? nullptr : &rows_[found->second];
}

void order_ledger::report(const execution_report &report) {
    /* An answer to a cancel carries the cancel's id in 11 and the order's in 41. */
    row *entry = find(report.orig_cl_ord_id.empty() ? report.cl_ord_id : report.orig_cl_ord_id);
    if (entry == nullptr) {
        entry = find(report.cl_ord_id);
    }
    /* FIX 4.4, OrderStatusRequest: an unknown order is told of as rejected. */
    if (entry == nullptr && report.exec_type == "I" && report.ord_status == "8") {
        states_[report.cl_ord_id].insert("status");
        return;
    }
    if (entry == nullptr) {
        complain(report.cl_ord_id + ": report for an order never sent");
        return;
    }
    if (!entry->execs.insert(report.exec_id).second) {
        complain(entry->order.id + ": ExecID " + report.exec_id + " came twice");
        return;
    }
    /* FIX 4.4, OrdRejReason 6: this is not about the order that has the id. */
    if (report.exec_type == "8" && report.reject_reason == "6" && sent_again_[report.cl_ord_id]) {
        states_[report.cl_ord_id].insert("duplicate");
        return;
    }
    check_echo(*entry, report);
    book_replace(*entry, report);
    book_fill(*entry, report);
    book_status(*entry, report);
    book_totals(*entry, report);
}

void order_ledger::check_echo(const row &entry, const execution_report &report) {
    if (report.symbol != entry.order.symbol) {
        complain(entry.order.id + ": reported with symbol " + report.symbol);
    }
    if (report.side != (entry.order.side == "buy" ? "1" : "2")) {
        complain(entry.order.id + ": reported with side " + report.side);
    }
}

/* FIX 4.4: Replaced is ExecType 5; from here on the order has the replace's id and terms. */
void order_ledger::book_replace(row &entry, const execution_report &report) {
    if (report.exec_type != "5") {
        return;
    }
    auto asked = replaces_.find(report.cl_ord_id);
    if (asked == replaces_.end() || find(asked->second.order) != &entry) {
        complain(entry.order.id + ": replaced by " + report.cl_ord_id + ", which never asked it");
        return;
    }
    entry.order.quantity = asked->second.quantity;
    entry.order.price = asked->second.price;
    row_of_[report.cl_ord_id] = static_cast<size_t>(&entry - rows_.data());
    states_[report.cl_ord_id].insert("replaced");
}

void order_ledger::book_fill(row &entry, const execution_report &report) {
    /* FIX 4.4: a fill is ExecType F, and no other report carries LastQty for the ledger. */
    if (report.exec_type != "F") {
        return;
    }
    exact_decimal quantity = number(report, "LastQty", report.last_quantity);
    exact_decimal price = number(report, "LastPx", report.last_price);
    if (quantity.compare(exact_decimal()) <= 0) {
        complain(entry.order.id + ": a fill of " + report.last_quantity);
    }
    entry.fills++;
    entry.filled = entry.filled.plus(quantity);
    entry.notional = entry.notional.plus(quantity.times(price));
}

void order_ledger::book_status(row &entry, const execution_report &report) {
    const status_name *status = find_status(report.ord_status);
    if (status == nullptr) {
        complain(entry.order.id + ": OrdStatus " + report.ord_status);
        return;
    }
    if (report.exec_type == "I") {
        states_[report.cl_ord_id].insert("status");
    }
    if (status->state != nullptr) {
        states_[entry.order.id].insert(status->state);
        states_[report.cl_ord_id].insert(status->state);
    }
    if (status->row == nullptr || entry.status == status->row) {
        return;
    }
    /* A dead order stays dead; only a fill that was on its way may turn out to have completed it.
     */
    bool late_fill = report.exec_type == "F" && entry.status != "rejected" && status->fix[0] == '2';
    if (is_final(entry.status) && !late_fill) {
        complain(entry.order.id + ": went from " + entry.status + " to " + status->row);
    }
    entry.status = status->row;
}

void order_ledger::book_totals(row &entry, const execution_report &report) {
    exact_decimal cumulative = number(report, "CumQty", report.cumulative_quantity);
    exact_decimal leaves = number(report, "LeavesQty", report.leaves_quantity);
    exact_decimal ordered;
    exact_decimal::parse(entry.order.quantity, ordered);

    if (cumulative.compare(entry.filled) != 0) {
        complain(entry.order.id + ": CumQty " + cumulative.text() + " but fills of " +
                 entry.filled.text() + " in all");
    }
    if (is_final(entry.status) && leaves.compare(exact_decimal()) != 0) {
        complain(entry.order.id + ": " + entry.status + " with LeavesQty " + leaves.text());
    }
    bool sized = !entry.order.quantity.empty();
    if (sized && !is_final(entry.status) && cumulative.plus(leaves).compare(ordered) != 0) {
        complain(entry.order.id + ": CumQty " + cumulative.text() + " and LeavesQty " +
                 leaves.text() + " of " + ordered.text());
    }
    entry.cumulative = cumulative;
    entry.leaves = leaves;
    if (entry.fills > 0) {
        entry.average = number(report, "AvgPx", report.average_price).text();
        check_average(entry, report);
    }
}

/* AvgPx has 8 decimals or the price's, rounded: off by less than one of the last. */
void order_ledger::check_average(const row &entry, const execution_report &report) {
    exact_decimal average = number(report, "AvgPx", report.average_price);
    exact_decimal minus_one;
    exact_decimal step;
    exact_decimal::parse("-1", minus_one);
    exact_decimal::parse("0.00000001", step);
    exact_decimal off = average.times(entry.filled).plus(entry.notional.times(minus_one));
    exact_decimal most = entry.filled.times(step);
    if (off.compare(most) > 0 || off.compare(most.times(minus_one)) < 0) {
        complain(entry.order.id + ": AvgPx " + average.text() + " but " + entry.notional.text() +
                 " for " + entry.filled.text());
    }
}

exact_decimal order_ledger::number(const execution_report &report, const char *name,
                                   const std::string &text) {
    exact_decimal number;
    if (!exact_decimal::parse(text, number)) {
        complain(report.cl_ord_id + ": " + name + " '" + text + "' is no decimal");
        return exact_decimal();
    }
    return number;
}

void order_ledger::cancel_rejected(const std::string &id) {
    if (order_of_cancel_.count(id) == 0 && replaces_.count(id) == 0) {
        complain(id + ": OrderCancelReject for a request never sent");
    }
    states_[id].insert("cancel_rejected");
}

void order_ledger::mass_cancel_reported(const std::string &id, bool accepted) {
    if (mass_cancels_.count(id) == 0) {
        complain(id + ": OrderMassCancelReport for a request never sent");
    }
    states_[id].insert(accepted ? "mass_accepted" : "mass_rejected");
}

void order_ledger::refused(const std::string &id, const std::string &why) {
    row *entry = find(id);
    if (order_of_cancel_.count(id) != 0 || replaces_.count(id) != 0) {
        states_[id].insert("cancel_rejected");
        return;
    }
    if (entry == nullptr) {
        complain(id + ": refused: " + why);
        return;
    }
    if (entry->status != "pending") {
        complain(id + ": refused after it was " + entry->status + ": " + why);
    }
    entry->status = "rejected";
    entry->leaves = exact_decimal();
    states_[id].insert("rejected");
}

void order_ledger::complain(const std::string &what) {
    complaints_.push_back(what);
}

bool order_ledger::has_been(const std::string &id, const std::string &state) const {
    auto found = states_.find(id);
    return found != states_.end() && found->second.count(state) != 0;
}

std::string order_ledger::column(const std::string &id, const std::string &name) const {
    auto named = std::find(column_names.begin(), column_names.end(), name);
    const row *entry = find(id);
    if (entry == nullptr || named == column_names.end()) {
        return std::string();
    }
    return columns_of(*entry)[static_cast<size_t>(named - column_names.begin())];
}

const std::vector<std::string> &order_ledger::complaints() const {
    return complaints_;
}

std::vector<std::string> order_ledger::columns_of(const row &entry) {
    return {entry.order.id,           entry.order.symbol,
            entry.order.side,         plain(entry.order.quantity),
            plain(entry.order.price), entry.status,
            entry.cumulative.text(),  entry.average,
            entry.leaves.text(),      std::to_string(entry.fills),
            entry.notional.text()};
}

void order_ledger::write_csv(std::ostream &out) const {
    auto write_line = [&out](const std::vector<std::string> &cells) {
        for (size_t i = 0; i < cells.size(); i++) {
            out << (i == 0 ? "" : ",") << cells[i];
        }
        out << '\n';
    };
    write_line(column_names);
    for (const row &entry : rows_) {
        write_line(columns_of(entry));
    }
}
