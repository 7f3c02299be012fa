#ifndef BASE_VERSION_H
#define BASE_VERSION_H

/* The version of the whole house, as CHANGELOG.md has it. */
#define PURSER_VERSION "0.1.0"

#endif
