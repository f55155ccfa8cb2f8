#include "bench/rival/quickfix_reader.h"

#include <quickfix/DataDictionary.h>
#include <quickfix/Message.h>
#include <quickfix/Parser.h>

#include <string>
#include <vector>

struct quickfix_reader {
    FIX::DataDictionary dictionary;
    FIX::Message message;
    std::vector<quickfix_field> fields;
};

namespace {

FIX::DataDictionary dictionary_of(const unsigned *data_tags, const std::vector<int> &fields) {
    FIX::DataDictionary dictionary;
    for (; *data_tags != 0; data_tags++) {
        dictionary.addFieldType(static_cast<int>(*data_tags), FIX::TYPE::Data);
    }
    for (int field : fields) {
        dictionary.addField(field);
    }
    return dictionary;
}

void add_groups(FIX::DataDictionary &dictionary, const std::string &type,
                const unsigned *data_tags) {
    FIX::DataDictionary party_ids = dictionary_of(data_tags, {523, 803});
    FIX::DataDictionary parties = dictionary_of(data_tags, {448, 447, 452, 802});
    parties.addGroup(type, 802, 523, party_ids);
    FIX::DataDictionary entries = dictionary_of(
        data_tags, {279, 269, 278, 55, 270, 271, 272, 273, 354, 355, 58, 95, 96, 453});
    entries.addGroup(type, 453, 448, parties);
    FIX::DataDictionary alternatives = dictionary_of(data_tags, {605, 606});
    FIX::DataDictionary legs = dictionary_of(data_tags, {600, 602, 618, 619, 621, 622, 624, 604});
    legs.addGroup(type, 604, 605, alternatives);
    dictionary.addGroup(type, 268, 279, entries);
    dictionary.addGroup(type, 453, 448, parties);
    dictionary.addGroup(type, 555, 600, legs);
}

void collect(const FIX::FieldMap &map, std::vector<quickfix_field> &fields) {
    for (const FIX::FieldBase &field : map) {
        const std::string &value = field.getString();
        fields.push_back({field.getTag(), value.size(), value.data()});
    }
    for (auto group = map.g_begin(); group != map.g_end(); ++group) {
        for (const FIX::FieldMap *entry : group->second) {
            collect(*entry, fields);
        }
    }
}

} // namespace

quickfix_reader *quickfix_reader_make(const unsigned *data_tags) {
    auto *reader = new quickfix_reader;
    reader->dictionary = dictionary_of(data_tags, {});
    for (const char *type : {"X", "D", "8"}) {
        add_groups(reader->dictionary, type, data_tags);
    }
    return reader;
}

bool quickfix_frame(const char *data, size_t bytes, size_t *start, size_t *end) {
    std::string found;
    FIX::Parser parser;
    parser.addToStream(data, bytes);
    try {
        if (!parser.readFixMessage(found)) {
            return false;
        }
    } catch (const FIX::MessageParseError &) {
        return false;
    }
    *start = std::string(data, bytes).find("8=");
    *end = *start + found.size();
    return true;
}

bool quickfix_read(quickfix_reader *reader, const char *data, size_t bytes, bool with_dictionary,
                   const quickfix_field **fields, size_t *count) {
    try {
        reader->message.setString(std::string(data, bytes), true,
                                  with_dictionary ? &reader->dictionary : nullptr);
    } catch (const FIX::InvalidMessage &) {
        return false;
    }
    reader->fields.clear();
    collect(reader->message.getHeader(), reader->fields);
    collect(reader->message, reader->fields);
    collect(reader->message.getTrailer(), reader->fields);
    *fields = reader->fields.data();
    *count = reader->fields.size();
    return true;
}
