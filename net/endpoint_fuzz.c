/* What is accepted reads back from its own text as the same address and port. */
#include <stddef.h>
#include <stdint.h>

#include "net/endpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct endpoint endpoint = {.address_bytes = 77};
    enum endpoint_result result = endpoint_parse(bytes_of((const char *)data, size), &endpoint);
    if (result != ENDPOINT_OK) {
        CHECK(endpoint.address_bytes == 77 && endpoint_result_text(result) != NULL);
        return 0;
    }
    char text[ENDPOINT_TEXT_MAX + 1];
    struct endpoint again;
    endpoint_format(&endpoint, text);
    CHECK(endpoint_parse(bytes_of_string(text), &again) == ENDPOINT_OK);
    CHECK(again.address_bytes == endpoint.address_bytes);
    CHECK(endpoint_port(&again) == endpoint_port(&endpoint));
    CHECK(bytes_equal(bytes_of((const char *)&again.address, again.address_bytes),
                      bytes_of((const char *)&endpoint.address, endpoint.address_bytes)));
    return 0;
}
