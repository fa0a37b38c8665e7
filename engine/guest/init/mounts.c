// The spec's `mounts`, done below the new root while the host's tree is still in reach for bind sources.
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "init.h"

static int open_resolved(int root, const char *path) {
  struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
  return syscall(SYS_openat2, root, path, &how, sizeof how);
}

int open_below(int root, const char *path, bool directory) {
  int fd = open_resolved(root, path);
  if (fd >= 0 || errno != ENOENT) return fd;
  char parent[4096];
  size_t length = strlen(path);
  while (length > 1 && path[length - 1] == '/') length--;
  size_t end = length;
  while (end && path[end - 1] != '/') end--;
  if (end >= sizeof parent || length - end >= 256) {
    errno = ENAMETOOLONG;
    return -1;
  }
  char name[256];
  snprintf(name, sizeof name, "%.*s", (int)(length - end), path + end);
  snprintf(parent, sizeof parent, "%.*s", (int)end, path);
  int at = end > 1 ? open_below(root, parent, true) : fcntl(root, F_DUPFD_CLOEXEC, 0);
  if (at < 0) return -1;
  int failed = directory ? mkdirat(at, name, 0755) : mknodat(at, name, S_IFREG | 0644, 0);
  int error = errno;
  close(at);
  if (failed) {
    errno = error;  // EEXIST: a dangling symbolic link
    return -1;
  }
  return open_resolved(root, path);
}

unsigned long mount_flag(const char *option, unsigned long *clear) {
  static const struct {
    const char *name;
    unsigned long set, clear;
  } known[] = {
      {"ro", MS_RDONLY, 0}, {"rw", 0, MS_RDONLY}, {"nosuid", MS_NOSUID, 0}, {"suid", 0, MS_NOSUID}, {"nodev", MS_NODEV, 0},
      {"dev", 0, MS_NODEV}, {"noexec", MS_NOEXEC, 0}, {"exec", 0, MS_NOEXEC}, {"sync", MS_SYNCHRONOUS, 0}, {"async", 0, MS_SYNCHRONOUS},
      {"dirsync", MS_DIRSYNC, 0}, {"remount", MS_REMOUNT, 0}, {"noatime", MS_NOATIME, 0}, {"atime", 0, MS_NOATIME},
      {"nodiratime", MS_NODIRATIME, 0}, {"diratime", 0, MS_NODIRATIME}, {"relatime", MS_RELATIME, 0}, {"norelatime", 0, MS_RELATIME},
      {"strictatime", MS_STRICTATIME, 0}, {"nostrictatime", 0, MS_STRICTATIME}, {"bind", MS_BIND, 0}, {"rbind", MS_BIND | MS_REC, 0},
      {"defaults", 0, 0}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    if (strcmp(option, known[i].name)) continue;
    *clear = known[i].clear;
    return known[i].set;
  }
  *clear = ~0UL;  // not a flag
  return 0;
}

static unsigned long propagation(const char *option) {
  static const struct {
    const char *name;
    unsigned long flag;
  } known[] = {{"private", MS_PRIVATE}, {"rprivate", MS_PRIVATE | MS_REC}, {"shared", MS_SHARED}, {"rshared", MS_SHARED | MS_REC},
               {"slave", MS_SLAVE}, {"rslave", MS_SLAVE | MS_REC}, {"unbindable", MS_UNBINDABLE}, {"runbindable", MS_UNBINDABLE | MS_REC}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (!strcmp(option, known[i].name)) return known[i].flag;
  return 0;
}

struct options {
  unsigned long flags, propagation;
  char data[1024];
};

static struct options read_options(const struct json *list) {
  struct options o = {0};
  json_each(item, list) {
    unsigned long clear, set = mount_flag(item->text, &clear), p = propagation(item->text);
    if (clear != ~0UL) {
      o.flags = (o.flags & ~clear) | set;
    } else if (p) {
      o.propagation = p;
    } else {
      size_t n = strlen(o.data);
      snprintf(o.data + n, sizeof o.data - n, "%s%s", n ? "," : "", item->text);
    }
  }
  return o;
}

static bool is_directory(const char *path) {
  struct stat s;
  return stat(path, &s) || S_ISDIR(s.st_mode);
}

static void make(const struct json *m, int root) {
  const char *destination = json_string(m, "destination", ""), *type = json_string(m, "type", "none"), *source = json_string(m, "source", type);
  struct options o = read_options(json_get(m, "options"));
  bool bind = o.flags & MS_BIND || !strcmp(type, "bind");
  int at = open_below(root, destination, !bind || is_directory(source));
  if (at < 0) child_fail("mount", errno, destination, "error mounting \"%s\" to rootfs at \"%s\": create mountpoint", source, destination);
  char target[32];
  snprintf(target, sizeof target, "/proc/self/fd/%d", at);
  int failed;
  if (bind) {
    failed = mount(source, target, NULL, MS_BIND | (o.flags & MS_REC), NULL);
  } else {
    // Version 2 is the only hierarchy here, whatever the document calls it.
    if (!strcmp(type, "cgroup")) type = "cgroup2";
    failed = mount(source, target, type, o.flags, *o.data ? o.data : NULL);
  }
  if (failed) child_fail("mount", errno, destination, "error mounting \"%s\" to rootfs at \"%s\"", source, destination);
  close(at);
  unsigned long rest = o.flags & ~(MS_BIND | MS_REC);
  if (!(bind && rest) && !o.propagation) return;
  // Resolved again: the descriptor above is what the new mount covers.
  at = open_below(root, destination, true);
  snprintf(target, sizeof target, "/proc/self/fd/%d", at);
  if (bind && rest && mount(NULL, target, NULL, MS_BIND | MS_REMOUNT | rest, NULL))
    child_fail("mount", errno, destination, "remounting \"%s\" with its options", destination);
  if (o.propagation && mount(NULL, target, NULL, o.propagation, NULL))
    child_fail("mount", errno, destination, "setting the propagation of \"%s\"", destination);
  close(at);
}

void mounts_make(const struct json *spec, int root) {
  json_each(m, json_get(spec, "mounts")) make(m, root);
}
