// Tar archives from /spool into a directory: ustar, pax and GNU long names.
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "init.h"
#include "tree.h"

struct source {
  int fd;
  char buffer[262144];
  size_t at, filled;
};

static size_t take(struct source *s, char **bytes, size_t most) {
  if (s->at == s->filled) {
    ssize_t n = read(s->fd, s->buffer, sizeof s->buffer);
    if (n < 0) job_fail(errno, "archive", "read");
    s->at = 0;
    s->filled = n;
  }
  size_t n = s->filled - s->at < most ? s->filled - s->at : most;
  *bytes = s->buffer + s->at;
  s->at += n;
  return n;
}

static void take_all(struct source *s, char *to, size_t length) {
  while (length) {
    char *bytes;
    size_t n = take(s, &bytes, length);
    if (!n) job_fail(EBADMSG, "archive", "unexpected EOF");
    if (to) {
      memcpy(to, bytes, n);
      to += n;
    }
    length -= n;
  }
}

static void skip(struct source *s, uint64_t length) {
  while (length) {
    size_t n = length > 1 << 30 ? 1 << 30 : length;
    take_all(s, NULL, n);
    length -= n;
  }
}

static uint64_t number(const char *field, size_t width) {
  uint64_t value = 0;
  if (*field & 0x80) {  // GNU's binary numbers
    for (size_t i = 1; i < width; i++) value = value << 8 | (unsigned char)field[i];
    return value;
  }
  for (size_t i = 0; i < width && field[i]; i++)
    if (field[i] >= '0' && field[i] <= '7') value = value << 3 | (field[i] - '0');
  return value;
}

struct member {
  char name[4096], target[4096];
  uint64_t size;
  uid_t uid;
  gid_t gid;
  int64_t mtime;
  struct text xattrs;  // name, NUL, u32 length, value; repeated
};

static void set(char *field, size_t room, const char *value, size_t length) { snprintf(field, room, "%.*s", (int)length, value); }

static void pax(struct member *m, char *records, size_t length, bool *has_size, bool *has_uid, bool *has_gid, bool *has_mtime) {
  for (char *at = records, *end = records + length; at < end;) {
    char *key;
    size_t total = strtoul(at, &key, 10);
    if (!total || total > (size_t)(end - at) || *key++ != ' ') job_fail(EBADMSG, "archive", "invalid tar header");
    char *equals = memchr(key, '=', at + total - key);
    if (!equals) job_fail(EBADMSG, "archive", "invalid tar header");
    char *value = equals + 1;
    size_t n = at + total - 1 - value;
    *equals = 0;
    at[total - 1] = 0;
    if (!strcmp(key, "path")) set(m->name, sizeof m->name, value, n);
    else if (!strcmp(key, "linkpath")) set(m->target, sizeof m->target, value, n);
    else if (!strcmp(key, "size")) m->size = strtoull(value, NULL, 10), *has_size = true;
    else if (!strcmp(key, "uid")) m->uid = strtoul(value, NULL, 10), *has_uid = true;
    else if (!strcmp(key, "gid")) m->gid = strtoul(value, NULL, 10), *has_gid = true;
    else if (!strcmp(key, "mtime")) m->mtime = strtoll(value, NULL, 10), *has_mtime = true;
    else if (!strncmp(key, "SCHILY.xattr.", 13)) {
      uint32_t size = n;
      text_add(&m->xattrs, key + 13, strlen(key + 13) + 1);
      text_add(&m->xattrs, (char *)&size, sizeof size);
      text_add(&m->xattrs, value, n);
    }
    at += total;
  }
}

static int open_below_root(int root, const char *path) {
  struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
  return syscall(SYS_openat2, root, path, &how, sizeof how);
}

// The directory that is to hold a member, made with its parents if it is missing.
static int parent_of(int root, const char *name, char base[256]) {
  char path[4096];
  snprintf(path, sizeof path, "%s", name);
  size_t length = strlen(path);
  while (length && path[length - 1] == '/') path[--length] = 0;
  char *slash = strrchr(path, '/');
  const char *last = slash ? slash + 1 : path;
  if (strlen(last) > 255) job_fail(ENAMETOOLONG, name, "unpack");
  strcpy(base, last);
  if (!slash) return fcntl(root, F_DUPFD_CLOEXEC, 0);
  *slash = 0;
  int fd = open_below_root(root, path);
  if (fd < 0 && errno == ENOENT) fd = open_below(root, path, true);
  if (fd < 0) job_fail(errno, name, "unpack");
  return fd;
}

static void write_content(struct source *s, int at, const char *base, mode_t mode, uint64_t size) {
  int fd = openat(at, base, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode & 0777);
  if (fd < 0) job_fail(errno, base, "create");
  while (size) {
    char *bytes;
    size_t n = take(s, &bytes, size > 1 << 30 ? 1 << 30 : size);
    if (!n) job_fail(EBADMSG, "archive", "unexpected EOF");
    for (size_t done = 0; done < n;) {
      ssize_t w = write(fd, bytes + done, n - done);
      if (w < 0) job_fail(errno, base, "write");
      done += w;
    }
    size -= n;
  }
  close(fd);
}

static void make(struct source *s, int root, const struct member *m, char type, mode_t mode, unsigned major_number, unsigned minor_number) {
  char base[256];
  int at = parent_of(root, m->name, base);
  bool self = !*base || !strcmp(base, ".");
  struct stat old;
  bool there = !self && !fstatat(at, base, &old, AT_SYMLINK_NOFOLLOW);
  if (there && !(type == '5' && S_ISDIR(old.st_mode)) && unlinkat(at, base, S_ISDIR(old.st_mode) ? AT_REMOVEDIR : 0))
    job_fail(errno, m->name, "replace");
  int failed = 0;
  switch (type) {
    case '5': failed = !self && !(there && S_ISDIR(old.st_mode)) && mkdirat(at, base, 0755); break;
    case '2': failed = symlinkat(m->target, at, base); break;
    case '1': {
      char other[256];
      int from = parent_of(root, m->target, other);
      failed = linkat(from, other, at, base, 0);
      close(from);
      break;
    }
    case '3': failed = mknodat(at, base, S_IFCHR | 0600, makedev(major_number, minor_number)); break;
    case '4': failed = mknodat(at, base, S_IFBLK | 0600, makedev(major_number, minor_number)); break;
    case '6': failed = mknodat(at, base, S_IFIFO | 0600, 0); break;
    default: write_content(s, at, base, 0600, m->size);
  }
  if (failed) job_fail(errno, m->name, "unpack");
  char path[300];
  snprintf(path, sizeof path, "/proc/self/fd/%d/%s", at, self ? "." : base);
  if (type != '1') {
    if (lchown(path, m->uid, m->gid)) job_fail(errno, m->name, "chown");
    // After chown, which clears setuid and setgid.
    if (type != '2' && chmod(path, mode & 07777)) job_fail(errno, m->name, "chmod");
    for (size_t x = 0; x < m->xattrs.length;) {
      const char *name = m->xattrs.bytes + x;
      uint32_t size;
      x += strlen(name) + 1;
      memcpy(&size, m->xattrs.bytes + x, sizeof size);
      x += sizeof size;
      lsetxattr(path, name, m->xattrs.bytes + x, size, 0);
      x += size;
    }
    struct timespec times[2] = {{.tv_sec = m->mtime}, {.tv_sec = m->mtime}};
    utimensat(at, self ? "." : base, times, AT_SYMLINK_NOFOLLOW);
  }
  close(at);
}

static char *read_text(struct source *s, uint64_t size) {
  if (size > 1 << 20) job_fail(EBADMSG, "archive", "invalid tar header");
  char *text = calloc(1, size + 1);
  if (!text) job_fail(ENOMEM, "archive", "read");
  take_all(s, text, size);
  skip(s, -size & 511);
  return text;
}

void unpack_path(const struct json *message) {
  const char *path = json_string(message, "path", ""), *file = json_string(message, "file", "");
  int root = open_scoped(path, true);
  if (root < 0) job_fail(errno, path, "open");
  static struct source s;
  s.fd = open(file, O_RDONLY | O_CLOEXEC | O_DIRECT);
  if (s.fd < 0) job_fail(errno, file, "open");
  umask(0);
  static struct member m;
  bool has_size = false, has_uid = false, has_gid = false, has_mtime = false;
  char h[512];
  while (true) {
    char *probe;
    size_t n = take(&s, &probe, 1);
    if (!n) break;
    h[0] = *probe;
    take_all(&s, h + 1, 511);
    if (!h[0]) break;
    uint64_t size = number(h + 124, 12);
    char type = h[156] ? h[156] : '0';
    if (type == 'x' || type == 'g' || type == 'L' || type == 'K') {
      char *text = read_text(&s, size);
      if (type == 'x') pax(&m, text, size, &has_size, &has_uid, &has_gid, &has_mtime);
      else if (type == 'L') set(m.name, sizeof m.name, text, size);
      else if (type == 'K') set(m.target, sizeof m.target, text, size);
      free(text);
      continue;
    }
    if (!*m.name) {
      if (!memcmp(h + 257, "ustar\0", 6) && h[345]) snprintf(m.name, sizeof m.name, "%.155s/%.100s", h + 345, h);
      else set(m.name, sizeof m.name, h, strnlen(h, 100));
    }
    if (!*m.target) set(m.target, sizeof m.target, h + 157, strnlen(h + 157, 100));
    if (!has_size) m.size = size;
    if (!has_uid) m.uid = number(h + 108, 8);
    if (!has_gid) m.gid = number(h + 116, 8);
    if (!has_mtime) m.mtime = number(h + 136, 12);
    make(&s, root, &m, type, number(h + 100, 8), number(h + 329, 8), number(h + 337, 8));
    if (strchr("123456", type)) skip(&s, m.size);
    skip(&s, -m.size & 511);
    text_free(&m.xattrs);
    memset(&m, 0, sizeof m);
    has_size = has_uid = has_gid = has_mtime = false;
  }
}
