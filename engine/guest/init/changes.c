// What happens in writable layers, told to the host as it happens.
//
// One fanotify mark on the filesystem of the upper directories reports every name that comes, goes or moves there: overlayfs
// makes them by ordinary calls. Writes to a file that is in the upper already it does on an open file that is hidden from
// fanotify, so each running container's overlay has a second mark, for those alone.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "init.h"

// After events have been told, the next wait for this long and go together: a busy container must not flood the link.
#define QUIET_MS 20
#define LAST 64  // changes remembered to leave out repetitions within a message

static struct watch names = {.fd = -1};
static int filesystem = -1;
static struct timer quiet;
static struct text message;
static int in_message;
static char last[LAST][512];

static void begin(void) {
  message.length = 0;
  in_message = 0;
}

static void flush(void) {
  if (!in_message) return;
  text_add(&message, "]}", 2);
  link_control(&message);
  begin();
}

static void tell(const char *id, const char *path, const char *kind) {
  char key[sizeof *last];
  // A file made and then written at once is one thing: created.
  snprintf(key, sizeof key, "%.12s%c%s", id, *kind == 'd' ? 'd' : 'c', path);
  for (int i = 0; i < in_message && i < LAST; i++)
    if (!strcmp(last[i], key)) return;
  if (in_message < LAST) strcpy(last[in_message], key);
  if (!in_message) text_print(&message, "{\"event\":\"changes\",\"changes\":[");
  else text_add(&message, ",", 1);
  in_message++;
  text_print(&message, "[\"%s\",", id);
  text_quote(&message, path);
  text_print(&message, ",\"%s\"]", kind);
  if (message.length > 12000) flush();
}

// Splits OVERLAY_ROOT/ID/PART/REST; false if it is not of that part.
static bool split(const char *path, const char *part, char id[65], const char **rest) {
  size_t prefix = strlen(OVERLAY_ROOT "/"), length = strlen(part);
  if (strncmp(path, OVERLAY_ROOT "/", prefix)) return false;
  const char *slash = strchr(path + prefix, '/');
  if (!slash || slash - path - prefix > 64 || strncmp(slash + 1, part, length)) return false;
  const char *after = slash + 1 + length;
  if (*after && *after != '/') return false;
  snprintf(id, 65, "%.*s", (int)(slash - path - prefix), path + prefix);
  *rest = *after ? after : "/";
  return true;
}

static const char *kind_of(const char *upper, uint64_t mask) {
  struct stat s;
  if (lstat(upper, &s) || (S_ISCHR(s.st_mode) && !s.st_rdev)) return "deleted";
  if (!(mask & (FAN_CREATE | FAN_MOVED_TO))) return "modified";
  // overlayfs marks what it copied up from below, so it was there before.
  return lgetxattr(upper, "trusted.overlay.origin", NULL, 0) >= 0 ? "modified" : "created";
}

static void name_event(const struct fanotify_event_metadata *e) {
  const struct fanotify_event_info_fid *info = (const void *)(e + 1);
  if (e->event_len < sizeof *e + sizeof *info || info->hdr.info_type != FAN_EVENT_INFO_TYPE_DFID_NAME) return;
  struct file_handle *handle = (struct file_handle *)info->handle;
  const char *name = (const char *)handle->f_handle + handle->handle_bytes;
  // overlayfs notes things on directories by extended attributes.
  if ((e->mask & FAN_ONDIR && !(e->mask & (FAN_CREATE | FAN_DELETE | FAN_MOVED_FROM | FAN_MOVED_TO))) || !strcmp(name, ".")) return;
  int directory = open_by_handle_at(filesystem, handle, O_PATH | O_CLOEXEC);
  if (directory < 0) return;  // gone with all that was in it
  char link[32], path[4096], upper[4608], id[65], inner[4608];
  snprintf(link, sizeof link, "/proc/self/fd/%d", directory);
  ssize_t n = readlink(link, path, sizeof path - 1);
  close(directory);
  if (n <= 0) return;
  path[n] = 0;
  const char *rest;
  if (!split(path, "diff", id, &rest)) return;
  snprintf(upper, sizeof upper, "%s/%s", path, name);
  snprintf(inner, sizeof inner, "%s%s%s", rest, rest[1] ? "/" : "", name);
  tell(id, inner, kind_of(upper, e->mask));
}

static void write_event(const struct container *c, const struct fanotify_event_metadata *e) {
  if (e->fd < 0) return;
  char link[32], path[4096], id[65];
  snprintf(link, sizeof link, "/proc/self/fd/%d", e->fd);
  ssize_t n = readlink(link, path, sizeof path - 1);
  close(e->fd);
  if (n <= 0) return;
  path[n] = 0;
  const char *inner = path;  // as the container sees it, or as the host does
  split(path, "merged", id, &inner);
  if (strlen(path) > 10 && !strcmp(path + strlen(path) - 10, " (deleted)")) return;
  tell(c->id, inner, "modified");
}

static void read_events(struct watch *w) {
  static char buffer[16384] __attribute__((aligned(8)));
  for (int round = 0; round < 16; round++) {
    ssize_t n = read(w->fd, buffer, sizeof buffer);
    if (n <= 0) break;
    struct fanotify_event_metadata *e = (void *)buffer;
    for (; FAN_EVENT_OK(e, n); e = FAN_EVENT_NEXT(e, n)) {
      if (w->owner) write_event(w->owner, e);
      else name_event(e);
    }
  }
}

static void wake(struct timer *t);

static void ready(struct watch *w, uint32_t events) {
  (void)events;
  read_events(w);
  flush();
  watch_for(w, 0);
  quiet.later = wake;
  timer_set(&quiet, QUIET_MS);
}

static void wake(struct timer *t) {
  (void)t;
  watch_for(&names, EPOLLIN);
  container_each(changes_resume);
}

void changes_resume(struct container *c) { watch_for(&c->writes, EPOLLIN); }

void changes_open(void) {
  filesystem = open(DOCKER_ROOT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  names.fd = fanotify_init(FAN_CLASS_NOTIF | FAN_REPORT_DFID_NAME | FAN_CLOEXEC | FAN_NONBLOCK, O_RDONLY);
  names.ready = ready;
  uint64_t mask = FAN_CREATE | FAN_DELETE | FAN_MOVED_FROM | FAN_MOVED_TO | FAN_MODIFY | FAN_ATTRIB | FAN_ONDIR;
  if (names.fd < 0 || fanotify_mark(names.fd, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, mask, AT_FDCWD, DOCKER_ROOT))
    fprintf(stderr, "init: watching %s: %s\n", DOCKER_ROOT, strerror(errno));
  watch_for(&names, EPOLLIN);
}

void changes_watch(struct container *c) {
  char merged[128];
  snprintf(merged, sizeof merged, OVERLAY_ROOT "/%s/merged", c->id);
  c->writes = (struct watch){.ready = ready, .owner = c};
  c->writes.fd = fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK, O_RDONLY | O_LARGEFILE | O_NONBLOCK | O_CLOEXEC | O_NOATIME);
  if (c->writes.fd >= 0 && fanotify_mark(c->writes.fd, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, FAN_MODIFY, AT_FDCWD, merged))
    watch_close(&c->writes);
  watch_for(&c->writes, EPOLLIN);
}

void changes_unwatch(struct container *c) {
  if (c->writes.fd < 0) return;
  read_events(&c->writes);
  flush();
  watch_close(&c->writes);
}
