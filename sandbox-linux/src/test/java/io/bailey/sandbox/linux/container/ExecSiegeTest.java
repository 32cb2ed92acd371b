package io.bailey.sandbox.linux.container;

import static io.bailey.sandbox.linux.container.Sandboxes.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.IdMap;
import io.bailey.sandbox.Mount;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.linux.sys.CProgram;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The sandbox's own root lies in wait for whoever enters (CVE-2016-9962): at each new process it
 * tries everything that would give it the process's memory, descriptors, program or root before
 * that has become the command.
 */
@ExtendWith(LeakAudit.class)
@Timeout(120)
class ExecSiegeTest {
    private static final int EXECS = 200;
    private static final String MARKER = "/tmp/bailey-siege-marker";

    @TempDir Path temporary;

    /**
     * It does nothing without the marker, which only this test's sandbox has. Success counts if the
     * process was not yet the command: it has the watcher's name still when it has been seized, its
     * memory has the watcher's program in it, its descriptors are a watcher's, its program is a
     * memfd.
     */
    private static final String SIEGE =
            """
            #define _GNU_SOURCE
            #include <dirent.h>
            #include <errno.h>
            #include <fcntl.h>
            #include <stdio.h>
            #include <stdlib.h>
            #include <string.h>
            #include <sys/ptrace.h>
            #include <sys/stat.h>
            #include <sys/wait.h>
            #include <unistd.h>

            static long seen, tried, breaches;

            static char *path(int pid, const char *name) {
                static char p[128];
                snprintf(p, sizeof p, "/proc/%d/%s", pid, name);
                return p;
            }

            static int waiting(int pid) {
                char comm[32] = "";
                int fd = open(path(pid, "comm"), O_RDONLY);
                if (fd < 0) return 0;
                ssize_t n = read(fd, comm, sizeof comm - 1);
                close(fd);
                return n > 0 && strncmp(comm, "bailey", 6) == 0;
            }

            static void breach(const char *how, int pid) {
                breaches++;
                printf("breach: %s of %d\\n", how, pid);
            }

            static void memory(int pid) {
                char word[8];
                int fd = open(path(pid, "mem"), O_RDWR);
                if (fd < 0) fd = open(path(pid, "mem"), O_RDONLY);
                if (fd < 0) return;
                if (pread(fd, word, 8, 0x401000) > 0) breach("memory", pid);
                close(fd);
            }

            static void descriptors(int pid) {
                DIR *dir = opendir(path(pid, "fd"));
                struct dirent *e;
                char name[64], to[256];
                while (dir && (e = readdir(dir))) {
                    snprintf(name, sizeof name, "fd/%.20s", e->d_name);
                    ssize_t n = readlink(path(pid, name), to, sizeof to - 1);
                    if (atoi(e->d_name) < 3 || n < 0) continue;
                    to[n] = 0;
                    if (!strncmp(to, "pipe:", 5) || !strncmp(to, "anon_inode:", 11)) breach(to, pid);
                }
                if (dir) closedir(dir);
            }

            static void links(int pid) {
                char to[256];
                struct stat a, b;
                ssize_t n = readlink(path(pid, "exe"), to, sizeof to - 1);
                if (n > 0) {
                    to[n] = 0;
                    if (strstr(to, "memfd:")) breach(to, pid);
                }
                if (!stat(path(pid, "root/"), &a) && !stat("/", &b)
                        && (a.st_dev != b.st_dev || a.st_ino != b.st_ino)) breach("root", pid);
            }

            static void attach(int pid) {
                int status = 0;
                if (ptrace(PTRACE_SEIZE, pid, 0, 0)) return;
                if (waiting(pid)) breach("ptrace", pid);
                ptrace(PTRACE_INTERRUPT, pid, 0, 0);
                if (waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status))
                    ptrace(PTRACE_DETACH, pid, 0, 0);
            }

            /* The newest number of this pid namespace: proc_loadavg(5), the last field. */
            static int newest(void) {
                char text[128] = "";
                int fd = open("/proc/loadavg", O_RDONLY);
                if (fd < 0) return 0;
                if (read(fd, text, sizeof text - 1) < 0) text[0] = 0;
                close(fd);
                char *last = strrchr(text, ' ');
                return last ? atoi(last) : 0;
            }

            int main(int argc, char **argv) {
                int last = getpid();
                if (argc < 2 || access(argv[1], F_OK)) return 99;
                puts("ready");
                fflush(stdout);
                while (access("/tmp/stop", F_OK)) {
                    /* On a busy machine many come and go while this does not run. */
                    int now = newest();
                    if (now > last + 5) last = now - 5;
                    for (int pid = last + 1; pid < last + 6; pid++) {
                        if (access(path(pid, "comm"), F_OK)) continue;
                        last = pid;
                        seen += waiting(pid);
                        do {
                            memory(pid);
                            descriptors(pid);
                            links(pid);
                            attach(pid);
                            tried++;
                        } while (waiting(pid));
                    }
                }
                printf("seen %ld tried %ld breaches %ld\\n", seen, tried, breaches);
                return 0;
            }
            """;

    private Sandbox.Builder besieged() throws Exception {
        Path home = Files.createDirectory(temporary.resolve("siege"));
        Path program = CProgram.compile(home, SIEGE);
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        return host().mount(Mount.readOnly(program, "/tmp/siege"))
                .mount(Mount.file("here".getBytes(StandardCharsets.UTF_8), MARKER));
    }

    /** So many directories to look in that it takes a while to become the command. */
    private static Command slow() {
        String path =
                IntStream.range(0, 500).mapToObj(i -> "/none" + i).collect(Collectors.joining(":"));
        return Command.of("true").env("PATH", path + ":/usr/bin:/bin");
    }

    private void withstands(Sandbox.Builder recipe) throws Exception {
        try (Container container = recipe.start("/tmp/siege", MARKER)) {
            for (int i = 0; i < EXECS; i++) {
                container.exec(i % 4 == 0 ? Command.of("true") : slow());
            }
            // Its success ends the container, and so itself at times.
            var _ = container.exec("touch", "/tmp/stop");
            Result result = container.waitFor();

            assertThat(result.stdout()).startsWith("ready\n").contains("breaches 0\n");
            assertThat(result.exitCode()).isZero();
            // It had its chances.
            assertThat(result.stdout()).doesNotContain("seen 0 ");
        }
    }

    @Test
    void whoEntersCannotBeCaughtOnTheWay() throws Exception {
        Powers.require(Power.GCC);
        withstands(besieged());
    }

    /** Where the sandbox's root is the host's: no capabilities, but the same user. */
    @Test
    void norWithTheHostsIds() throws Exception {
        Powers.require(Power.GCC, Power.ROOT);
        withstands(besieged().idMap(IdMap.HOST));
    }

    @Test
    void norWithoutAnInit() throws Exception {
        Powers.require(Power.GCC);
        withstands(besieged().init(false));
    }

    /** CVE-2019-5736: who enters runs a program that nobody can write to, by whatever way. */
    @Test
    void aProgramThatIsWhoeverExecutesItOverwritesNothing() throws Exception {
        Mount trap = Mount.file("#!/proc/self/exe\n".getBytes(StandardCharsets.UTF_8), "/tmp/trap");
        try (Container container = host().mount(trap).start("sleep", "1000")) {
            container.exec("sh", "-c", "cp /tmp/trap /tmp/run; chmod 755 /tmp/run").orThrow();
            for (int i = 0; i < 20; i++) {
                Throwable refused = catchThrowable(() -> container.exec("/tmp/run").orThrow());
                assertThat(refused).isNotNull();
            }
            assertThat(container.exec("true").success()).isTrue();
        }
    }
}
