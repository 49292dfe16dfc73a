//! The system calls a worker still needs (seccomp). Any other fails: there is nothing to open, connect or start with.

use std::{collections::BTreeMap, env::consts::ARCH};

use rustix::process::getpid;
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter_all_threads,
};

/// Pipes, memory, waiting, time, and ending.
const NEEDED: &[i64] = &[
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_close,
    libc::SYS_lseek,
    libc::SYS_fstat,
    libc::SYS_brk,
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_mprotect,
    libc::SYS_madvise,
    libc::SYS_futex,
    libc::SYS_sched_yield,
    libc::SYS_nanosleep,
    libc::SYS_clock_nanosleep,
    libc::SYS_clock_gettime,
    libc::SYS_gettimeofday,
    libc::SYS_restart_syscall,
    libc::SYS_getrandom,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

/// Shuts every other call off, in every thread. Gives why, where the kernel could not.
pub fn filter() -> Option<String> {
    let applied = program()
        .map_err(|error| error.to_string())
        .and_then(|program| apply_filter_all_threads(&program).map_err(|error| error.to_string()));
    applied.err().map(|error| format!("system call filter: {error}"))
}

fn program() -> Result<BpfProgram, BackendError> {
    let mut needed: BTreeMap<_, _> = NEEDED.iter().map(|call| (*call, Vec::new())).collect();
    // Aborting is a signal to oneself.
    let own = getpid().as_raw_nonzero().get() as u64;
    let to_itself = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, own)?;
    needed.insert(libc::SYS_tgkill, vec![SeccompRule::new(vec![to_itself])?]);
    // A call that fails lets the runtime say what went wrong; one that kills says nothing.
    let refuse = SeccompAction::Errno(libc::EPERM as u32);
    let filter = SeccompFilter::new(needed, refuse, SeccompAction::Allow, TargetArch::try_from(ARCH)?)?;
    filter.try_into()
}
