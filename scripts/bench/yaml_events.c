// SPDX-License-Identifier: Apache-2.0
// The floor of reading manifests: libyaml's events, counted and thrown away.
// usage: yaml_events FILE   (texts separated by NUL; one line of input, one pass, nanoseconds out)
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <yaml.h>

static long pass(const unsigned char *texts, size_t size) {
    long events = 0;
    for (const unsigned char *end = texts + size; texts < end;) {
        size_t length = strnlen((const char *)texts, end - texts);
        yaml_parser_t parser;
        yaml_event_t event;
        yaml_parser_initialize(&parser);
        yaml_parser_set_input_string(&parser, texts, length);
        int done = 0;
        while (!done) {
            if (!yaml_parser_parse(&parser, &event)) exit(2);
            done = event.type == YAML_STREAM_END_EVENT;
            events++;
            yaml_event_delete(&event);
        }
        yaml_parser_delete(&parser);
        texts += length + 1;
    }
    return events;
}

int main(int count, char **arguments) {
    FILE *file = count == 2 ? fopen(arguments[1], "rb") : NULL;
    if (!file) return 1;
    fseek(file, 0, SEEK_END);
    size_t size = ftell(file);
    rewind(file);
    unsigned char *texts = malloc(size + 1);
    if (fread(texts, 1, size, file) != size) return 1;
    while (getchar() != EOF) {
        struct timespec start, end;
        clock_gettime(CLOCK_MONOTONIC, &start);
        long events = pass(texts, size);
        clock_gettime(CLOCK_MONOTONIC, &end);
        if (events == 0) return 3;
        printf("%lld\n", (end.tv_sec - start.tv_sec) * 1000000000LL + end.tv_nsec - start.tv_nsec);
        fflush(stdout);
    }
    return 0;
}
