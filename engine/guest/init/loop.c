#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "init.h"

static int epoll = -1;
static struct timer *timers;

// Descriptors closed while a batch of events is handled may still be named by later events of that batch.
#define BATCH 32
static struct epoll_event batch[BATCH];
static int batch_size;

static int epoll_fd(void) {
  if (epoll < 0) epoll = epoll_create1(EPOLL_CLOEXEC);
  return epoll;
}

void watch_for(struct watch *w, uint32_t events) {
  if (w->fd < 0 || w->events == events) return;
  struct epoll_event e = {.events = events, .data.ptr = w};
  // An unwatched descriptor is taken out: EPOLLHUP and EPOLLERR are reported even when nothing is asked for.
  int op = !events ? EPOLL_CTL_DEL : w->events ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  epoll_ctl(epoll_fd(), op, w->fd, &e);
  w->events = events;
}

void watch_close(struct watch *w) {
  if (w->fd < 0) return;
  watch_for(w, 0);
  close(w->fd);
  w->fd = -1;
  for (int i = 0; i < batch_size; i++)
    if (batch[i].data.ptr == w) batch[i].data.ptr = NULL;
}

int64_t now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void timer_set(struct timer *t, int ms) {
  if (t->set) return;
  t->set = true;
  t->due = now_ms() + ms;
  t->next = timers;
  timers = t;
}

static int until_next_timer(void) {
  if (!timers) return -1;
  int64_t now = now_ms(), wait = INT32_MAX;
  for (struct timer *t = timers; t; t = t->next)
    if (t->due - now < wait) wait = t->due - now;
  return wait < 0 ? 0 : (int)wait;
}

static void run_timers(void) {
  if (!timers) return;
  int64_t now = now_ms();
  for (struct timer **at = &timers; *at;) {
    struct timer *t = *at;
    if (t->due > now) {
      at = &t->next;
      continue;
    }
    *at = t->next;
    t->set = false;
    t->later(t);
    at = &timers;  // `later` may have set timers
  }
}

static void reap(struct watch *w, uint32_t events) {
  (void)events;
  struct signalfd_siginfo info[8];
  while (read(w->fd, info, sizeof info) > 0) {
  }
  int status;
  pid_t pid;
  while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
    session_reaped(pid, status);
    job_reaped(pid, status);
  }
  container_sweep();
}

void loop_run(void) {
  static struct watch children;
  sigset_t mask;
  sigemptyset(&mask);
  sigaddset(&mask, SIGCHLD);
  sigprocmask(SIG_BLOCK, &mask, NULL);
  children = (struct watch){.fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK), .ready = reap};
  watch_for(&children, EPOLLIN);
  while (true) {
    batch_size = epoll_wait(epoll_fd(), batch, BATCH, until_next_timer());
    if (batch_size < 0) batch_size = 0;
    for (int i = 0; i < batch_size; i++) {
      struct watch *w = batch[i].data.ptr;
      if (w) w->ready(w, batch[i].events);
    }
    batch_size = 0;
    run_timers();
  }
}
