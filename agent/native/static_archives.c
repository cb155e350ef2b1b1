/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lets libbpf.a and libelf.a of distributions, compiled for executables, into a shared object: the few symbols whose
 * relocations a shared object may not have, defined here and hidden, so that the linker binds them within it.
 */
#include <stddef.h>

/* libbpf's own printing, which collect_log replaces before anything is printed, is the only user. */
__attribute__((visibility("hidden"))) void *libbpf_stderr __asm__("stderr");

/* Stand in for elf_error.o, whose thread-local variable is of the local-exec model; libbpf prints these texts, no more. */
static _Thread_local int last_error;

void __libelf_seterrno(int error);
int elf_errno(void);
const char *elf_errmsg(int error);

void __libelf_seterrno(int error)
{
	last_error = error;
}

int elf_errno(void)
{
	int error = last_error;

	last_error = 0;
	return error;
}

/* elf_errmsg(3): 0 = the last error, NULL if there is none; -1 = the last error, always a text. */
const char *elf_errmsg(int error)
{
	return error == 0 && last_error == 0 ? NULL : "not an object file that libelf can read";
}
