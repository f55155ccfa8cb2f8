#include "bench/rival/quickfix_codec.h"

#include <quickfix/DataDictionary.h>
#include <quickfix/FixFields.h>
#include <quickfix/Message.h>

#include <string>
#include <vector>

#include "bench/micro/micro.h"

namespace {

constexpr int microseconds = 6;

/* As in bench/micro: the fields of an entry, and its first. */
FIX::DataDictionary market_data_dictionary() {
    FIX::DataDictionary entry;
    for (int field : {279, 269, 278, 55, 270, 271}) {
        entry.addField(field);
    }
    FIX::DataDictionary dictionary;
    dictionary.addGroup("X", 268, 279, entry);
    return dictionary;
}

uint64_t read_text(const FIX::FieldMap &map, int tag) {
    return map.getField(tag).size();
}

uint64_t read_char(const FIX::FieldMap &map, int tag) {
    return static_cast<uint64_t>(FIX::CharConvertor::convert(map.getField(tag)));
}

uint64_t read_number(const FIX::FieldMap &map, int tag) {
    return static_cast<uint64_t>(FIX::IntConvertor::convert(map.getField(tag)));
}

uint64_t read_decimal(const FIX::FieldMap &map, int tag) {
    return static_cast<uint64_t>(FIX::DoubleConvertor::convert(map.getField(tag)));
}

uint64_t read_time(const FIX::FieldMap &map, int tag) {
    return static_cast<uint64_t>(
        FIX::UtcTimeStampConvertor::convert(map.getField(tag)).getMillisecond());
}

uint64_t read_header(const FIX::Message &message) {
    const FIX::Header &header = message.getHeader();
    return read_number(header, FIX::FIELD::MsgSeqNum) +
           read_text(header, FIX::FIELD::SenderCompID) +
           read_text(header, FIX::FIELD::TargetCompID) + read_time(header, FIX::FIELD::SendingTime);
}

} // namespace

struct quickfix_codec {
    FIX::DataDictionary dictionary = market_data_dictionary();
    std::vector<std::string> texts;
    FIX::Message parsed;
    FIX::Message written;
    std::string room;
};

quickfix_codec *quickfix_codec_make() {
    auto *codec = new quickfix_codec;
    FIX::Header &header = codec->written.getHeader();
    header.setField(FIX::BeginString("FIX.4.4"));
    header.setField(FIX::MsgType("D"));
    header.setField(FIX::SenderCompID("TERCEL"));
    header.setField(FIX::TargetCompID("KRAKEN"));
    return codec;
}

void quickfix_codec_add(quickfix_codec *codec, const char *data, size_t bytes) {
    codec->texts.emplace_back(data, bytes);
}

void quickfix_parse(quickfix_codec *codec, uint32_t i) {
    codec->parsed.setString(codec->texts[i % codec->texts.size()], true);
}

void quickfix_parse_market_data(quickfix_codec *codec, uint32_t i) {
    codec->parsed.setString(codec->texts[i % codec->texts.size()], true, &codec->dictionary);
}

void quickfix_parse_fresh(quickfix_codec *codec, uint32_t i) {
    const FIX::Message message(codec->texts[i % codec->texts.size()], true);
    micro_keep(message.totalFields());
}

void quickfix_parse_market_data_fresh(quickfix_codec *codec, uint32_t i) {
    const FIX::Message message(codec->texts[i % codec->texts.size()], codec->dictionary, true);
    micro_keep(message.totalFields());
}

void quickfix_parse_and_read_new_order(quickfix_codec *codec, uint32_t i) {
    quickfix_parse(codec, i);
    const FIX::Message &message = codec->parsed;
    micro_keep(
        read_header(message) + read_text(message, FIX::FIELD::ClOrdID) +
        read_text(message, FIX::FIELD::Symbol) + read_text(message, FIX::FIELD::ExDestination) +
        read_char(message, FIX::FIELD::Side) + read_decimal(message, FIX::FIELD::OrderQty) +
        read_char(message, FIX::FIELD::OrdType) + read_decimal(message, FIX::FIELD::Price) +
        read_char(message, FIX::FIELD::TimeInForce) + read_time(message, FIX::FIELD::TransactTime));
}

void quickfix_parse_and_read_report(quickfix_codec *codec, uint32_t i) {
    quickfix_parse(codec, i);
    const FIX::Message &message = codec->parsed;
    micro_keep(
        read_header(message) + read_text(message, FIX::FIELD::ClOrdID) +
        read_text(message, FIX::FIELD::OrderID) + read_text(message, FIX::FIELD::ExecID) +
        read_char(message, FIX::FIELD::ExecType) + read_char(message, FIX::FIELD::OrdStatus) +
        read_decimal(message, FIX::FIELD::LastQty) + read_decimal(message, FIX::FIELD::LastPx) +
        read_decimal(message, FIX::FIELD::CumQty) + read_decimal(message, FIX::FIELD::LeavesQty) +
        read_time(message, FIX::FIELD::TransactTime));
}

void quickfix_parse_and_read_market_data(quickfix_codec *codec, uint32_t i) {
    quickfix_parse_market_data(codec, i);
    uint64_t sum = read_header(codec->parsed);
    int entries = FIX::IntConvertor::convert(codec->parsed.getField(FIX::FIELD::NoMDEntries));
    for (int entry = 1; entry <= entries; entry++) {
        const FIX::FieldMap &fields = codec->parsed.getGroupRef(entry, FIX::FIELD::NoMDEntries);
        sum += read_char(fields, FIX::FIELD::MDUpdateAction) +
               read_char(fields, FIX::FIELD::MDEntryType) +
               read_decimal(fields, FIX::FIELD::MDEntryPx) +
               read_decimal(fields, FIX::FIELD::MDEntrySize);
    }
    micro_keep(sum);
}

size_t quickfix_write_new_order(quickfix_codec *codec, uint32_t i) {
    const uint32_t at = i % MICRO_CYCLE;
    const FIX::UtcTimeStamp now(12, 0, 0, 123456, 5, 1, 2026, microseconds);
    FIX::Message &message = codec->written;
    message.getHeader().setField(FIX::MsgSeqNum(static_cast<int>(1000 + at)));
    message.getHeader().setField(FIX::SendingTime(now, microseconds));
    message.setField(FIX::ClOrdID("9e58120f182b4d"));
    message.setField(FIX::Account("MM1"));
    message.setField(FIX::Symbol("BTC/USD"));
    message.setField(FIX::Side('1'));
    message.setField(FIX::OrderQty(0.12345101 + at * 1e-7));
    message.setField(FIX::OrdType('2'));
    message.setField(FIX::Price(30000.1 + at));
    message.setField(FIX::TimeInForce('1'));
    message.setField(FIX::TransactTime(now, microseconds));
    return message.toString(codec->room).size();
}
