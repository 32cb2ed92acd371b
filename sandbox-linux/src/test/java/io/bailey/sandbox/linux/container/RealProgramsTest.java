package io.bailey.sandbox.linux.container;

import static io.bailey.sandbox.linux.container.Sandboxes.sh;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Input;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;

/**
 * The machine's own programs do their work in a sandbox that has every default: no name of a system
 * call, no path and no flag is asked for.
 */
class RealProgramsTest {
    /** Compilers and JVMs on a slow guest. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @BeforeEach
    void namespaces() {
        Powers.require(Power.USERNS);
    }

    private static String in(String script) throws InterruptedException {
        return sh(Sandbox.builder().timeout(PATIENCE), "set -e; cd /tmp; " + script);
    }

    @Test
    void busybox() throws InterruptedException {
        Powers.requireProgram("/bin/busybox");
        assertThat(
                        in(
                                """
                                alias b=/bin/busybox
                                b mkdir -p d/e; b seq 5 | b sort -rn | b tee d/e/f | b head -2 | b tr '\\n' ,
                                b ln -s e d/link; b cp -a d c; b chmod 600 c/e/f; b touch -d @0 c/e/f
                                b tar czf t.gz c; b rm -r c; b tar xzf t.gz
                                b stat -c %a.%Y c/link/f
                                b find c -type f | b xargs /bin/busybox sha256sum | b awk '{ print length($1) }'
                                b ps | b grep -c busybox > n; b dd if=/dev/zero bs=1k count=3 2>&1 >z; b wc -c < z
                                b ash -c 'b=0; for i in 1 2 3; do b=$((b+i)); done; echo $b'
                                """))
                .isEqualTo("5,4,600.0\n64\n3+0 records in\n3+0 records out\n3072\n6");
    }

    @Test
    void bash() throws InterruptedException {
        Powers.requireProgram("/bin/bash");
        assertThat(
                        in(
                                """
                                cat > s <<'EOF'
                                set -m
                                sleep 0 & wait $!
                                coproc cat; echo there >&${COPROC[1]}; read -r x <&${COPROC[0]}; echo $x
                                diff <(echo a) <(echo a) && echo same
                                trap 'echo caught' USR1; kill -USR1 $$
                                cat <<< here; ulimit -c
                                EOF
                                bash s 2>&1
                                """))
                .isEqualTo("there\nsame\ncaught\nhere\n0");
    }

    @Test
    void python() throws InterruptedException {
        Powers.requireProgram("/usr/bin/python3");
        assertThat(
                        in(
                                """
                                cat > p.py <<'EOF'
                                import os, subprocess, threading
                                results = []
                                threads = [threading.Thread(target=lambda: results.append(1)) for _ in range(20)]
                                [t.start() for t in threads]; [t.join() for t in threads]
                                print(sum(results), subprocess.check_output(["echo", "child"], text=True).strip())
                                r, w = os.pipe()
                                if os.fork() == 0:
                                    os.write(w, b"forked"); os._exit(0)
                                print(os.read(r, 9).decode(), os.waitpid(-1, 0)[1], len(os.urandom(8)))
                                EOF
                                /usr/bin/python3 p.py
                                """))
                .isEqualTo("20 child\nforked 0 8");
    }

    @Test
    void perl() throws InterruptedException {
        Powers.requireProgram("/usr/bin/perl");
        assertThat(
                        in(
                                """
                                cat > p.pl <<'EOF'
                                use Socket;
                                socket(my $s, AF_INET, SOCK_STREAM, 0) or die "socket $!";
                                bind($s, sockaddr_in(0, INADDR_LOOPBACK)) or die "bind $!"; listen($s, 1);
                                my $at = getsockname($s);
                                unless (fork) { socket(my $c, AF_INET, SOCK_STREAM, 0); connect($c, $at) or die "connect $!";
                                    syswrite($c, "loop"); exit }
                                accept(my $a, $s); sysread($a, my $said, 9); wait;
                                socketpair(my $x, my $y, AF_UNIX, SOCK_STREAM, 0) or die; syswrite($x, "back");
                                sysread($y, my $pair, 9);
                                print "$said$pair ", scalar(`echo $$`) > 0 ? "pid" : "", "\\n";
                                EOF
                                /usr/bin/perl p.pl
                                """))
                .isEqualTo("loopback pid");
    }

    @Test
    void git() throws InterruptedException {
        Powers.requireProgram("/usr/bin/git");
        assertThat(
                        in(
                                """
                                export GIT_CONFIG_GLOBAL=/dev/null HOME=/tmp
                                git init -q -b main a; cd a; echo one > f; git add f
                                git -c user.name=n -c user.email=e@e commit -qm first
                                cd ..; git clone -q a b; cd b; git gc -q; git fsck --strict; git log --format=%s
                                """))
                .isEqualTo("first");
    }

    @Test
    void gcc() throws InterruptedException {
        Powers.require(Power.GCC);
        assertThat(
                        in(
                                """
                                cat > t.c <<'EOF'
                                #include <pthread.h>
                                #include <stdio.h>
                                static void *run(void *at) { *(int *)at = 7; return 0; }
                                int main(void) { int seven = 0; pthread_t t; pthread_create(&t, 0, run, &seven);
                                    pthread_join(t, 0); printf("%d\\n", seven); return 0; }
                                EOF
                                gcc -O2 -pipe -pthread -o t t.c && ./t
                                """))
                .isEqualTo("7");
    }

    @Test
    void node() throws InterruptedException {
        Powers.requireProgram("/usr/bin/node");
        assertThat(
                        in(
                                """
                                cat > n.js <<'EOF'
                                const http = require('http'), child = require('child_process'), fs = require('fs');
                                const { Worker } = require('worker_threads');
                                new Worker("require('worker_threads').parentPort.postMessage(6 * 7)", { eval: true })
                                  .on('message', answer => {
                                    fs.writeFileSync('f', child.execSync('echo child'));
                                    const server = http.createServer((q, r) => r.end(fs.readFileSync('f')));
                                    server.listen(0, '127.0.0.1', () => http.get({ port: server.address().port }, r =>
                                      r.on('data', d => { console.log(answer, String(d).trim()); server.close(); })));
                                  });
                                EOF
                                /usr/bin/node n.js
                                """))
                .isEqualTo("42 child");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"-XX:+UseSerialGC", "-XX:+UseParallelGC", "-XX:+UseG1GC", "-XX:+UseZGC"})
    void jvm(String collector) throws InterruptedException {
        String java = System.getProperty("java.home") + "/bin/java";
        String source =
                """
                void main() throws Exception {
                    var server = java.nio.channels.ServerSocketChannel.open();
                    server.bind(new java.net.InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), 0));
                    var virtual = Thread.startVirtualThread(() -> {
                        try (var client = java.nio.channels.SocketChannel.open(server.getLocalAddress())) {
                            client.write(java.nio.ByteBuffer.wrap("nio".getBytes()));
                        } catch (java.io.IOException e) { throw new java.io.UncheckedIOException(e); }
                    });
                    var buffer = java.nio.ByteBuffer.allocate(9);
                    try (var end = server.accept()) { while (end.read(buffer) >= 0) { } }
                    virtual.join();
                    System.gc();
                    var map = java.nio.channels.FileChannel.open(java.nio.file.Path.of("/tmp/map"),
                            java.nio.file.StandardOpenOption.CREATE, java.nio.file.StandardOpenOption.READ,
                            java.nio.file.StandardOpenOption.WRITE)
                            .map(java.nio.channels.FileChannel.MapMode.READ_WRITE, 0, 9);
                    map.put(buffer.flip());
                    map.force();
                    IO.println(map.get(0) + " " + new ProcessBuilder("true").start().waitFor());
                }
                """;
        Result result =
                Sandbox.builder()
                        .timeout(PATIENCE)
                        .run(
                                Command.of(
                                                "sh",
                                                "-c",
                                                "cat > /tmp/Main.java && exec \"$@\"",
                                                "sh",
                                                java,
                                                "-Xmx128m",
                                                collector,
                                                "/tmp/Main.java")
                                        .stdin(Input.of(source)));

        assertThat(result.orThrow().stdout().strip()).isEqualTo((int) 'n' + " 0");
    }
}
