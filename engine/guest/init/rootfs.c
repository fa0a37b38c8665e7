// A container's root: from the mounted overlay to a pivoted root with its mounts, masks and read-only parts.
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "init.h"

static bool has_namespace(const struct json *spec, const char *type) {
  json_each(item, json_get(json_get(spec, "linux"), "namespaces"))
    if (!strcmp(json_string(item, "type", ""), type)) return true;
  return false;
}

static void join_given(const struct json *spec) {
  json_each(item, json_get(json_get(spec, "linux"), "namespaces")) {
    const char *path = json_string(item, "path", NULL);
    if (!path) continue;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || setns(fd, 0)) child_fail("setup", errno, path, "joining the %s namespace", json_string(item, "type", ""));
    close(fd);
  }
}

static void loopback_up(void) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
  if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request)) child_fail("setup", errno, "lo", "bringing up the loopback interface");
  close(fd);
}

void rootfs_enter(const struct json *spec, const char *merged, bool loopback) {
  join_given(spec);
  if (has_namespace(spec, "cgroup") && unshare(CLONE_NEWCGROUP)) child_fail("setup", errno, "cgroup", "unshare cgroup namespace");
  if (loopback) loopback_up();
  const char *hostname = json_string(spec, "hostname", "");
  if (*hostname && sethostname(hostname, strlen(hostname))) child_fail("setup", errno, hostname, "sethostname");
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)) child_fail("mount", errno, "/", "making mounts private");
  int root = open(merged, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) child_fail("mount", errno, merged, "opening the root");
  umask(0);
  mounts_make(spec, root);
  if (fchdir(root)) child_fail("mount", errno, merged, "chdir to the root");
  devices_make(spec);
  if (syscall(SYS_pivot_root, ".", ".")) child_fail("mount", errno, merged, "pivot_root");
  if (umount2(".", MNT_DETACH)) child_fail("mount", errno, "/", "detaching the old root");
  if (chdir("/")) child_fail("mount", errno, "/", "chdir");
  umask(0022);
}

static void set_sysctl(const struct json *spec) {
  json_each(item, json_get(json_get(spec, "linux"), "sysctl")) {
    char path[256];
    snprintf(path, sizeof path, "/proc/sys/%s", item->key);
    for (char *c = path + 10; *c; c++)
      if (*c == '.') *c = '/';
    if (write_file(path, item->text ? item->text : "")) child_fail("setup", errno, item->key, "write sysctl key %s", item->key);
  }
}

static void mask(const char *path) {
  struct stat s;
  if (stat(path, &s)) return;
  int failed = S_ISDIR(s.st_mode) ? mount("tmpfs", path, "tmpfs", MS_RDONLY, NULL) : mount("/dev/null", path, NULL, MS_BIND, NULL);
  if (failed && errno != ENOENT && errno != ENOTDIR) child_fail("mount", errno, path, "mask path %s", path);
}

static void make_read_only(const char *path) {
  if (mount(path, path, NULL, MS_BIND | MS_REC, NULL)) {
    if (errno == ENOENT || errno == ENOTDIR) return;
    child_fail("mount", errno, path, "bind %s to make it read-only", path);
  }
  struct statfs s = {0};
  statfs(path, &s);
  // A remount replaces all flags, so those of the mount below are kept.
  unsigned long kept = s.f_flags & (MS_NOSUID | MS_NODEV | MS_NOEXEC);
  if (mount(NULL, path, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | kept, NULL)) child_fail("mount", errno, path, "make %s read-only", path);
}

void rootfs_finish(const struct json *spec, const char *cwd) {
  const struct json *lin = json_get(spec, "linux");
  make_directories(cwd, 0755);  // a failure shows in chdir
  set_sysctl(spec);
  json_each(item, json_get(lin, "readonlyPaths")) make_read_only(item->text);
  json_each(item, json_get(lin, "maskedPaths")) mask(item->text);
  if (json_bool(json_get(spec, "root"), "readonly", false)) {
    if (mount(NULL, "/", NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL)) child_fail("mount", errno, "/", "make the root read-only");
  }
}
