/*
 * The program of the first lesson: it keeps running, logs a line every few seconds, and stops when asked to.
 *
 * As PID 1 of a container it gets no default signal handlers: without one for SIGTERM, `docker stop` would have to
 * wait for its grace period and kill.
 */
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { INTERVAL_SECONDS = 5 };

static volatile sig_atomic_t stop_signal;

static void remember_signal(int signal) { stop_signal = signal; }

static void say(const char *what, long seconds) {
  char clock[16];
  time_t now = time(NULL);
  struct tm utc;
  strftime(clock, sizeof clock, "%H:%M:%S", gmtime_r(&now, &utc));
  printf("%s app: %s (up %ld s)\n", clock, what, seconds);
  fflush(stdout);
}

int main(void) {
  struct sigaction action = {.sa_handler = remember_signal};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);

  struct timespec start, now;
  clock_gettime(CLOCK_MONOTONIC, &start);
  say("started", 0);
  while (!stop_signal) {
    sleep(INTERVAL_SECONDS); /* a signal cuts it short */
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!stop_signal) say("running", (long)(now.tv_sec - start.tv_sec));
  }
  clock_gettime(CLOCK_MONOTONIC, &now);
  say(stop_signal == SIGTERM ? "got SIGTERM, stopping" : "got SIGINT, stopping", (long)(now.tv_sec - start.tv_sec));
  return 0;
}
