/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "kill-counter.h"

#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* What GLib writes to an eventfd to wake another thread. */
#define WAKEUP_BYTES 8

static gint armed_at; /* 0 when not armed */
static gint n_calls;
static gboolean half_written;

int fdatasync (int file);
int ftruncate64 (int file, off_t size);
ssize_t pwrite64 (int file, const void *bytes, size_t n, off_t offset);

void
kill_counter_arm (guint at, gboolean half)
{
  half_written = half;
  g_atomic_int_set (&n_calls, 0);
  g_atomic_int_set (&armed_at, (gint)at);
}

guint
kill_counter_disarm (void)
{
  g_atomic_int_set (&armed_at, 0);
  return (guint)g_atomic_int_get (&n_calls);
}

static gboolean
is_last (void)
{
  gint at = g_atomic_int_get (&armed_at);

  return at > 0 && g_atomic_int_add (&n_calls, 1) + 1 == at;
}

static void
die (void)
{
  kill (getpid (), SIGKILL);
}

/* Standard output is for the test, and not the handheld's doing. */
static gboolean
counts (int file, size_t n)
{
  return file > STDERR_FILENO && n != WAKEUP_BYTES;
}

ssize_t
write (int file, const void *bytes, size_t n)
{
  if (counts (file, n) && is_last ())
    {
      if (half_written)
        syscall (SYS_write, file, bytes, n / 2);
      die ();
    }
  return syscall (SYS_write, file, bytes, n);
}

ssize_t
pwrite64 (int file, const void *bytes, size_t n, off_t offset)
{
  if (is_last ())
    {
      if (half_written)
        syscall (SYS_pwrite64, file, bytes, n / 2, offset);
      die ();
    }
  return syscall (SYS_pwrite64, file, bytes, n, offset);
}

int
fsync (int file)
{
  if (is_last ())
    die ();
  return (int)syscall (SYS_fsync, file);
}

int
fdatasync (int file)
{
  if (is_last ())
    die ();
  return (int)syscall (SYS_fdatasync, file);
}

int
ftruncate64 (int file, off_t size)
{
  if (is_last ())
    die ();
  return (int)syscall (SYS_ftruncate, file, size);
}

int
rename (const char *from, const char *to)
{
  if (is_last ())
    die ();
  return (int)syscall (SYS_rename, from, to);
}

int
unlink (const char *path)
{
  if (is_last ())
    die ();
  return (int)syscall (SYS_unlink, path);
}

ssize_t
send (int socket, const void *bytes, size_t n, int flags)
{
  if (is_last ())
    die ();
  return syscall (SYS_sendto, socket, bytes, n, flags, NULL, 0);
}

ssize_t
sendmsg (int socket, const struct msghdr *message, int flags)
{
  if (is_last ())
    die ();
  return syscall (SYS_sendmsg, socket, message, flags);
}
