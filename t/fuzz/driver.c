/* SPDX-License-Identifier: Apache-2.0 */
/* Replays files through LLVMFuzzerTestOneInput without libFuzzer and prints
 * TAP, for make check. Arguments are files or folders; without one it takes
 * the corpus that has the program's own name. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* A target that must set something up defines it, as for libFuzzer. */
int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));

/* The data is copied to a block of its own size, so that a sanitizer sees a
 * read past its end. Returns 0, or -1 where the file cannot be read. */
static int replay_file(const char *path, size_t size)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data;
    size_t got;

    if (!file) {
        return -1;
    }
    data = malloc(size ? size : 1);
    if (!data) {
        fclose(file);
        return -1;
    }
    got = fread(data, 1, size, file);
    fclose(file);
    if (got == size) {
        LLVMFuzzerTestOneInput(data, size);
    }
    free(data);
    return got == size ? 0 : -1;
}

/* Returns how many files went through, or -1 after printing what failed. */
static int replay(const char *path)
{
    struct stat info;
    struct dirent *entry;
    DIR *folder;
    int count = 0;

    if (stat(path, &info) != 0) {
        printf("# cannot read %s\n", path);
        return -1;
    }
    if (!S_ISDIR(info.st_mode)) {
        if (replay_file(path, (size_t)info.st_size) != 0) {
            printf("# cannot read %s\n", path);
            return -1;
        }
        return 1;
    }
    folder = opendir(path);
    if (!folder) {
        printf("# cannot open %s\n", path);
        return -1;
    }
    for (entry = readdir(folder); entry; entry = readdir(folder)) {
        char *name;
        size_t length = strlen(path) + strlen(entry->d_name) + 2;
        int one;

        if (entry->d_name[0] == '.') {
            continue;
        }
        name = malloc(length);
        if (!name) {
            closedir(folder);
            return -1;
        }
        snprintf(name, length, "%s/%s", path, entry->d_name);
        one = replay(name);
        free(name);
        if (one < 0) {
            closedir(folder);
            return -1;
        }
        count += one;
    }
    closedir(folder);
    return count;
}

/* Prints one line of TAP; an empty corpus is a failure. Returns 0 if good. */
static int report(int number, const char *path)
{
    int count = replay(path);

    printf("%sok %d - %d inputs of %s\n", count > 0 ? "" : "not ", number,
           count < 0 ? 0 : count, path);
    return count > 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    const char *srcdir = getenv("RPC_SRCDIR");
    const char *name = strrchr(argv[0], '/');
    char corpus[4096];
    int bad = 0;
    int i;

    if (LLVMFuzzerInitialize) {
        LLVMFuzzerInitialize(&argc, &argv);
    }
    if (argc > 1) {
        for (i = 1; i < argc; i++) {
            bad |= report(i, argv[i]);
        }
        printf("1..%d\n", argc - 1);
        return bad;
    }
    snprintf(corpus, sizeof(corpus), "%s/t/fuzz/corpus/%s",
             srcdir ? srcdir : ".", name ? name + 1 : argv[0]);
    bad = report(1, corpus);
    printf("1..1\n");
    return bad;
}
