// Directories to tar archives in /spool: a container's writable layer as an OCI layer, or any path as it is.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "init.h"
#include "tar.h"
#include "tree.h"

// Names already packed of files with several.
struct linked {
  struct linked *next;
  dev_t device;
  ino_t inode;
  char *name;
};

struct packing {
  struct tar_out tar;
  bool layer;  // whiteouts and opaque directories become `.wh.` entries
  struct linked *linked[256];
};

static const char *linked_name(struct packing *p, const struct stat *s, const char *name) {
  struct linked **at = &p->linked[s->st_ino & 255];
  for (struct linked *l = *at; l; l = l->next)
    if (l->inode == s->st_ino && l->device == s->st_dev) return l->name;
  struct linked *l = malloc(sizeof *l);
  if (!l) job_fail(ENOMEM, name, "pack");
  *l = (struct linked){*at, s->st_dev, s->st_ino, strdup(name)};
  *at = l;
  return NULL;
}

static void add_xattrs(struct text *records, const char *at) {
  char names[4096], value[65536];
  ssize_t length = llistxattr(at, names, sizeof names);
  for (char *name = names; length > 0 && name < names + length; name += strlen(name) + 1) {
    if (!strncmp(name, "trusted.overlay.", 16) || !strncmp(name, "system.", 7)) continue;
    ssize_t n = lgetxattr(at, name, value, sizeof value);
    if (n < 0) continue;
    char key[300];
    snprintf(key, sizeof key, "SCHILY.xattr.%s", name);
    tar_record(records, key, value, n);
  }
}

static void add_content(struct packing *p, int directory, const char *base, const char *name, uint64_t size) {
  int fd = openat(directory, base, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) job_fail(errno, name, "open");
  uint64_t left = size;
  while (left) {
    size_t room;
    char *to = tar_room(&p->tar, &room);
    ssize_t n = read(fd, to, left < room ? left : room);
    if (n < 0) job_fail(errno, name, "read");
    if (!n) break;
    tar_filled(&p->tar, n);
    left -= n;
  }
  close(fd);
  // The head promised this size: a file that shrank meanwhile is filled up.
  static const char zeros[4096];
  for (; left; left -= left < sizeof zeros ? left : sizeof zeros) tar_bytes(&p->tar, zeros, left < sizeof zeros ? left : sizeof zeros);
  tar_pad(&p->tar, size);
}

static void add_mark(struct packing *p, const char *directory, const char *mark, const struct stat *s) {
  char name[8192];
  snprintf(name, sizeof name, "%s%s", directory, mark);
  tar_head(&p->tar, &(struct tar_entry){.name = name, .type = '0', .mode = 0600, .uid = s->st_uid, .gid = s->st_gid, .mtime = s->st_mtime});
}

static void add(const struct tree_entry *e, void *context) {
  struct packing *p = context;
  const struct stat *s = &e->stat;
  if (p->layer && e->whiteout) {
    char directory[4096], mark[512];
    size_t n = strlen(e->path) - strlen(e->base);
    snprintf(directory, sizeof directory, "%.*s", (int)n, e->path);
    snprintf(mark, sizeof mark, ".wh.%s", e->base);
    add_mark(p, directory, mark, s);
    return;
  }
  struct text records = {0};
  char target[4096], name[4096];
  struct tar_entry out = {.name = e->path, .mode = s->st_mode, .uid = s->st_uid, .gid = s->st_gid, .mtime = s->st_mtime};
  add_xattrs(&records, e->at);
  out.records = records.bytes;
  out.records_length = records.length;
  switch (s->st_mode & S_IFMT) {
    case S_IFDIR:
      snprintf(name, sizeof name, "%s/", e->path);
      out.name = name;
      out.type = '5';
      break;
    case S_IFLNK: {
      ssize_t n = readlinkat(e->directory, e->base, target, sizeof target - 1);
      if (n < 0) job_fail(errno, e->path, "readlink");
      target[n] = 0;
      out.target = target;
      out.type = '2';
      break;
    }
    case S_IFREG:
      out.type = '0';
      out.size = s->st_size;
      if (s->st_nlink > 1 && (out.target = linked_name(p, s, e->path))) out.type = '1';
      break;
    case S_IFCHR:
    case S_IFBLK:
      out.type = S_ISCHR(s->st_mode) ? '3' : '4';
      out.major = major(s->st_rdev);
      out.minor = minor(s->st_rdev);
      break;
    case S_IFIFO: out.type = '6'; break;
    default: text_free(&records); return;  // sockets have no place in an archive
  }
  tar_head(&p->tar, &out);
  text_free(&records);
  if (out.type == '0') add_content(p, e->directory, e->base, e->path, out.size);
  if (p->layer && e->opaque) add_mark(p, name, ".wh..wh..opq", s);
}

static struct packing *begin(const struct json *message, bool layer) {
  struct packing *p = calloc(1, sizeof *p);
  p->layer = layer;
  tar_open(&p->tar, json_string(message, "file", ""));
  return p;
}

void pack_upper(const struct json *message) {
  struct packing *p = begin(message, true);
  char upper[256];
  snprintf(upper, sizeof upper, OVERLAY_ROOT "/%s/diff", json_string(message, "container", ""));
  int root = open(upper, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (root >= 0) tree_walk(root, "", add, p);
  else if (errno != ENOENT) job_fail(errno, upper, "open");
  tar_close(&p->tar);
}

void pack_path(const struct json *message) {
  const char *path = json_string(message, "path", "");
  char base[256];
  int directory = open_parent(path, base);
  if (directory < 0) job_fail(errno, path, "open");
  struct stat s;
  if (fstatat(directory, base, &s, AT_SYMLINK_NOFOLLOW)) job_fail(errno, path, "stat");
  struct packing *p = begin(message, false);
  tree_entry(directory, base, base, add, p);
  tar_close(&p->tar);
}
