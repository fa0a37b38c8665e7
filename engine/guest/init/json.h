// A small JSON reader and writer: enough for control messages and OCI runtime documents.
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

// A parsed value. Members of arrays and objects are a linked list; strings are NUL-terminated UTF-8.
struct json {
  enum json_kind kind;
  const char *key;   // in an object, else NULL
  const char *text;  // JSON_STRING
  size_t length;     // of text, or number of members
  double number;     // JSON_NUMBER; JSON_BOOL as 0 or 1
  struct json *first, *next;
};

// Parses `text` (changed in place: strings point into it). Returns NULL on bad input. Free with json_free().
struct json *json_parse(char *text, size_t length);
void json_free(struct json *root);

// Lookups accept NULL and values of another kind, so that optional parts can be read in one line.
const struct json *json_get(const struct json *object, const char *key);
const char *json_string(const struct json *object, const char *key, const char *otherwise);
double json_number(const struct json *object, const char *key, double otherwise);
bool json_bool(const struct json *object, const char *key, bool otherwise);

#define json_each(item, list) for (const struct json *item = (list) ? (list)->first : NULL; item; item = item->next)

// A growing text. Never fails: it ends the process when memory is out.
struct text {
  char *bytes;
  size_t length, room;
};
void text_add(struct text *text, const char *bytes, size_t length);
void text_print(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
// Adds a quoted and escaped JSON string.
void text_quote(struct text *text, const char *string);
void text_free(struct text *text);
