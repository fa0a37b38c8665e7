#include "json.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK 64

// Values of one document come from a chain of blocks that is freed as one; the root is the first block's first value.
struct block {
  struct block *next;
  size_t used;
  struct json values[BLOCK];
};

struct reader {
  char *at, *end;
  struct block *newest;
  int depth;
};

static struct json *make_value(struct reader *r) {
  if (!r->newest || r->newest->used == BLOCK) {
    struct block *b = calloc(1, sizeof *b);
    if (!b) return NULL;
    if (r->newest) r->newest->next = b;
    r->newest = b;
  }
  return &r->newest->values[r->newest->used++];
}

static void skip_space(struct reader *r) {
  while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t')) r->at++;
}

static int hex4(const char *s) {
  int value = 0;
  for (int i = 0; i < 4; i++) {
    char c = s[i];
    int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

static char *put_utf8(char *out, uint32_t c) {
  if (c < 0x80) {
    *out++ = c;
  } else if (c < 0x800) {
    *out++ = 0xc0 | c >> 6;
    *out++ = 0x80 | (c & 63);
  } else if (c < 0x10000) {
    *out++ = 0xe0 | c >> 12;
    *out++ = 0x80 | (c >> 6 & 63);
    *out++ = 0x80 | (c & 63);
  } else {
    *out++ = 0xf0 | c >> 18;
    *out++ = 0x80 | (c >> 12 & 63);
    *out++ = 0x80 | (c >> 6 & 63);
    *out++ = 0x80 | (c & 63);
  }
  return out;
}

// Unescapes in place: the result is never longer than the source, and the closing quote leaves room for the NUL.
static bool read_string(struct reader *r, const char **text, size_t *length) {
  if (r->at >= r->end || *r->at != '"') return false;
  char *out = ++r->at, *start = out;
  while (r->at < r->end && *r->at != '"') {
    char c = *r->at++;
    if (c != '\\') {
      *out++ = c;
      continue;
    }
    if (r->at >= r->end) return false;
    c = *r->at++;
    switch (c) {
      case 'n': *out++ = '\n'; break;
      case 't': *out++ = '\t'; break;
      case 'r': *out++ = '\r'; break;
      case 'b': *out++ = '\b'; break;
      case 'f': *out++ = '\f'; break;
      case 'u': {
        if (r->end - r->at < 4) return false;
        int unit = hex4(r->at);
        if (unit < 0) return false;
        r->at += 4;
        uint32_t code = unit;
        if (unit >= 0xd800 && unit < 0xdc00 && r->end - r->at >= 6 && r->at[0] == '\\' && r->at[1] == 'u') {
          int low = hex4(r->at + 2);
          if (low >= 0xdc00 && low < 0xe000) {
            code = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
            r->at += 6;
          }
        }
        out = put_utf8(out, code);
        break;
      }
      default: *out++ = c;
    }
  }
  if (r->at >= r->end) return false;
  r->at++;
  *out = 0;
  *text = start;
  *length = out - start;
  return true;
}

static bool read_value(struct reader *r, struct json *v);

static bool read_members(struct reader *r, struct json *v, char close, bool keyed) {
  struct json **tail = &v->first;
  r->at++;
  skip_space(r);
  if (r->at < r->end && *r->at == close) {
    r->at++;
    return true;
  }
  while (true) {
    struct json *item = make_value(r);
    if (!item) return false;
    skip_space(r);
    if (keyed) {
      size_t ignored;
      if (!read_string(r, &item->key, &ignored)) return false;
      skip_space(r);
      if (r->at >= r->end || *r->at++ != ':') return false;
    }
    if (!read_value(r, item)) return false;
    *tail = item;
    tail = &item->next;
    v->length++;
    skip_space(r);
    if (r->at >= r->end) return false;
    char c = *r->at++;
    if (c == close) return true;
    if (c != ',') return false;
  }
}

static bool read_word(struct reader *r, const char *word) {
  size_t n = strlen(word);
  if ((size_t)(r->end - r->at) < n || memcmp(r->at, word, n)) return false;
  r->at += n;
  return true;
}

static bool read_value(struct reader *r, struct json *v) {
  skip_space(r);
  if (r->at >= r->end || r->depth > 64) return false;
  switch (*r->at) {
    case '{':
    case '[': {
      bool object = *r->at == '{';
      v->kind = object ? JSON_OBJECT : JSON_ARRAY;
      r->depth++;
      bool good = read_members(r, v, object ? '}' : ']', object);
      r->depth--;
      return good;
    }
    case '"': v->kind = JSON_STRING; return read_string(r, &v->text, &v->length);
    case 't': v->kind = JSON_BOOL; v->number = 1; return read_word(r, "true");
    case 'f': v->kind = JSON_BOOL; return read_word(r, "false");
    case 'n': v->kind = JSON_NULL; return read_word(r, "null");
    default: {
      char *after;
      v->kind = JSON_NUMBER;
      v->number = strtod(r->at, &after);
      if (after == r->at || after > r->end) return false;
      r->at = after;
      return true;
    }
  }
}

struct json *json_parse(char *text, size_t length) {
  struct reader r = {.at = text, .end = text + length};
  struct json *root = make_value(&r);
  if (!root) return NULL;
  if (read_value(&r, root)) {
    skip_space(&r);
    if (r.at == r.end) return root;
  }
  json_free(root);
  return NULL;
}

void json_free(struct json *root) {
  if (!root) return;
  struct block *b = (struct block *)((char *)root - offsetof(struct block, values));
  while (b) {
    struct block *next = b->next;
    free(b);
    b = next;
  }
}

const struct json *json_get(const struct json *object, const char *key) {
  if (!object || object->kind != JSON_OBJECT) return NULL;
  json_each(item, object) if (!strcmp(item->key, key)) return item;
  return NULL;
}

const char *json_string(const struct json *object, const char *key, const char *otherwise) {
  const struct json *v = json_get(object, key);
  return v && v->kind == JSON_STRING ? v->text : otherwise;
}

double json_number(const struct json *object, const char *key, double otherwise) {
  const struct json *v = json_get(object, key);
  return v && v->kind == JSON_NUMBER ? v->number : otherwise;
}

bool json_bool(const struct json *object, const char *key, bool otherwise) {
  const struct json *v = json_get(object, key);
  return v && v->kind == JSON_BOOL ? v->number != 0 : otherwise;
}

static void reserve(struct text *t, size_t more) {
  if (t->length + more <= t->room) return;
  size_t room = t->room ? t->room * 2 : 256;
  while (room < t->length + more) room *= 2;
  char *bytes = realloc(t->bytes, room);
  if (!bytes) _exit(111);
  t->bytes = bytes;
  t->room = room;
}

void text_add(struct text *t, const char *bytes, size_t length) {
  reserve(t, length);
  memcpy(t->bytes + t->length, bytes, length);
  t->length += length;
}

void text_print(struct text *t, const char *format, ...) {
  va_list args;
  va_start(args, format);
  int n = vsnprintf(NULL, 0, format, args);
  va_end(args);
  reserve(t, n + 1);
  va_start(args, format);
  vsnprintf(t->bytes + t->length, n + 1, format, args);
  va_end(args);
  t->length += n;
}

void text_quote(struct text *t, const char *string) {
  text_add(t, "\"", 1);
  for (const char *s = string; *s; s++) {
    unsigned char c = *s;
    if (c == '"' || c == '\\') {
      char pair[2] = {'\\', c};
      text_add(t, pair, 2);
    } else if (c < 0x20) {
      text_print(t, "\\u%04x", c);
    } else {
      text_add(t, s, 1);
    }
  }
  text_add(t, "\"", 1);
}

void text_free(struct text *t) {
  free(t->bytes);
  *t = (struct text){0};
}
