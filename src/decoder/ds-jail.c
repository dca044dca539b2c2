/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-jail.h"

#include <errno.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* What computing, the allocator, the clock, and one socket need. Nothing opens, connects, starts or signals. */
static const int allowed[] = {
  SCMP_SYS (brk),
  SCMP_SYS (clock_gettime),
  SCMP_SYS (clock_nanosleep),
  SCMP_SYS (exit),
  SCMP_SYS (exit_group),
  SCMP_SYS (futex),
  SCMP_SYS (getrandom),
  SCMP_SYS (gettimeofday),
  SCMP_SYS (madvise),
  SCMP_SYS (mremap),
  SCMP_SYS (munmap),
  SCMP_SYS (read),
  SCMP_SYS (recv),
  SCMP_SYS (recvfrom),
  SCMP_SYS (recvmsg),
  SCMP_SYS (restart_syscall),
  SCMP_SYS (rt_sigprocmask),
  SCMP_SYS (rt_sigreturn),
  SCMP_SYS (sched_yield),
  SCMP_SYS (send),
  SCMP_SYS (sendmsg),
  SCMP_SYS (sendto),
  SCMP_SYS (sysinfo), /* qsort(3) asks how much memory there is */
  SCMP_SYS (write),
};

/* New memory is nobody's file and never code. */
static int
allow_memory (scmp_filter_ctx filter)
{
  static const int maps[] = { SCMP_SYS (mmap), SCMP_SYS (mmap2) };
  int failed = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (maps) && failed == 0; i++)
    failed = seccomp_rule_add (filter, SCMP_ACT_ALLOW, maps[i], 2, SCMP_A2 (SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
                               SCMP_A3 (SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS));
  if (failed == 0)
    failed = seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (mprotect), 1,
                               SCMP_A2 (SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
  return failed;
}

static int
set_limit (int resource, rlim_t most)
{
  const struct rlimit limit = { most, most };

  return setrlimit (resource, &limit) == 0 ? 0 : errno;
}

int
ds_jail_enter (gsize memory_limit)
{
  scmp_filter_ctx filter;
  int failed;

  /* No dump of a picture on the disk, no debugger, no new privileges. */
  if (prctl (PR_SET_DUMPABLE, 0) != 0 || prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return errno;
  failed = set_limit (RLIMIT_CORE, 0);
  if (failed == 0)
    failed = set_limit (RLIMIT_AS, memory_limit);
  if (failed != 0)
    return failed;

  filter = seccomp_init (SCMP_ACT_KILL_PROCESS);
  if (filter == NULL)
    return ENOMEM;
  for (gsize i = 0; i < G_N_ELEMENTS (allowed) && failed == 0; i++)
    failed = seccomp_rule_add (filter, SCMP_ACT_ALLOW, allowed[i], 0);
  if (failed == 0)
    failed = allow_memory (filter);
  if (failed == 0)
    failed = seccomp_load (filter);
  seccomp_release (filter);
  return -failed;
}
