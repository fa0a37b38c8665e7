#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "init.h"
#include "tar.h"

#define BUFFER (480 * 1024)  // just below the 9P message size

void tar_open(struct tar_out *t, const char *path) {
  // O_DIRECT: one 9P request for each write, instead of one for each page at writeback.
  *t = (struct tar_out){.path = path, .fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_DIRECT, 0600)};
  if (t->fd < 0) job_fail(errno, path, "open");
  t->buffer = mmap(NULL, BUFFER, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (t->buffer == MAP_FAILED) job_fail(errno, path, "memory for the archive");
}

static void flush(struct tar_out *t) {
  for (size_t at = 0; at < t->filled;) {
    ssize_t n = write(t->fd, t->buffer + at, t->filled - at);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) job_fail(n ? errno : EIO, t->path, "write");
    at += n;
  }
  t->filled = 0;
}

char *tar_room(struct tar_out *t, size_t *room) {
  if (BUFFER - t->filled < 4096) flush(t);
  *room = BUFFER - t->filled;
  return t->buffer + t->filled;
}

void tar_filled(struct tar_out *t, size_t length) { t->filled += length; }

void tar_bytes(struct tar_out *t, const void *bytes, size_t length) {
  for (const char *from = bytes; length;) {
    size_t room;
    char *to = tar_room(t, &room);
    size_t n = length < room ? length : room;
    memcpy(to, from, n);
    tar_filled(t, n);
    from += n;
    length -= n;
  }
}

void tar_pad(struct tar_out *t, uint64_t size) {
  static const char zeros[512];
  tar_bytes(t, zeros, -size & 511);
}

void tar_close(struct tar_out *t) {
  static const char zeros[1024];
  tar_bytes(t, zeros, sizeof zeros);
  flush(t);
  if (fsync(t->fd) || close(t->fd)) job_fail(errno, t->path, "sync");
}

struct head {
  char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type, target[100], magic[6], version[2], user[32], group[32], major[8],
      minor[8], prefix[155], rest[12];
};

static void octal(char *field, size_t width, uint64_t value) {
  for (size_t i = width - 1; i--; value >>= 3) field[i] = '0' + (value & 7);
}

static void raw_head(struct tar_out *t, const char *name, const struct tar_entry *e, char type, uint64_t size) {
  struct head h = {0};
  strncpy(h.name, name, sizeof h.name);
  octal(h.mode, sizeof h.mode, e->mode & 07777);
  octal(h.uid, sizeof h.uid, e->uid);
  octal(h.gid, sizeof h.gid, e->gid);
  octal(h.size, sizeof h.size, size);
  octal(h.mtime, sizeof h.mtime, e->mtime < 0 ? 0 : e->mtime);
  h.type = type;
  if (type != 'x' && e->target) strncpy(h.target, e->target, sizeof h.target);
  memcpy(h.magic, "ustar", 6);
  memcpy(h.version, "00", 2);
  octal(h.major, sizeof h.major, type == 'x' ? 0 : e->major);
  octal(h.minor, sizeof h.minor, type == 'x' ? 0 : e->minor);
  memset(h.checksum, ' ', sizeof h.checksum);
  unsigned sum = 0;
  for (size_t i = 0; i < sizeof h; i++) sum += ((unsigned char *)&h)[i];
  octal(h.checksum, 7, sum);
  h.checksum[6] = 0;
  tar_bytes(t, &h, sizeof h);
}

void tar_record(struct text *records, const char *key, const void *value, size_t length) {
  // A record's length counts its own digits.
  size_t rest = strlen(key) + length + 3, total = rest + 1;
  for (size_t digits = 1;; digits++) {
    total = rest + digits;
    if ((size_t)snprintf(NULL, 0, "%zu", total) == digits) break;
  }
  text_print(records, "%zu %s=", total, key);
  text_add(records, value, length);
  text_add(records, "\n", 1);
}

static void number_record(struct text *records, const char *key, uint64_t value) {
  char digits[24];
  tar_record(records, key, digits, snprintf(digits, sizeof digits, "%llu", (unsigned long long)value));
}

void tar_head(struct tar_out *t, const struct tar_entry *e) {
  struct text records = {0};
  if (strlen(e->name) > 100) tar_record(&records, "path", e->name, strlen(e->name));
  if (e->target && strlen(e->target) > 100) tar_record(&records, "linkpath", e->target, strlen(e->target));
  if (e->uid > 07777777) number_record(&records, "uid", e->uid);
  if (e->gid > 07777777) number_record(&records, "gid", e->gid);
  if (e->records_length) text_add(&records, e->records, e->records_length);
  if (records.length) {
    raw_head(t, "PaxHeaders.0/entry", &(struct tar_entry){.mode = 0644}, 'x', records.length);
    tar_bytes(t, records.bytes, records.length);
    tar_pad(t, records.length);
  }
  text_free(&records);
  raw_head(t, e->name, e, e->type, e->type == '0' ? e->size : 0);
}
