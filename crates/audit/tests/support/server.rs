//! A throw-away PostgreSQL server, from the binaries of Debian's package `postgresql`, that ends with the process.
//!
//! Without the binaries, the tests say on standard error that they did not run; with `REQUIRE_POSTGRES=1` they fail.

use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A server that ends with this process.
pub struct Server {
    pub port: u16,
    folder: PathBuf,
    binaries: PathBuf,
    /// Stops the server as soon as this process is gone and the pipe is closed.
    _watchdog: Child,
}

impl Server {
    /// Makes and starts one; nothing where there is no PostgreSQL.
    pub fn start() -> Option<Self> {
        let Some(binaries) = binaries() else {
            assert!(
                std::env::var_os("REQUIRE_POSTGRES").is_none_or(|value| value != "1"),
                "REQUIRE_POSTGRES=1, and there is no PostgreSQL: install the package `postgresql`"
            );
            // Not `eprintln!`, which the test harness hides.
            let _ = std::io::stderr().write_all(
                b"\n*** POSTGRESQL WAS NOT TESTED: its binaries are missing. Install the package `postgresql`. ***\n\n",
            );
            return None;
        };
        let folder = tempfile::Builder::new().prefix("audit-postgres-").tempdir().unwrap().keep();
        if is_root() {
            succeed(Command::new("chown").arg("postgres").arg(&folder));
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let watchdog = Command::new("sh")
            .args(["-c", r#"cat; kill -QUIT "$(head -n 1 "$1/data/postmaster.pid")"; sleep 1; rm -rf "$1""#, "sh"])
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { port, folder, binaries, _watchdog: watchdog };
        succeed(
            server
                .binary("initdb")
                .args(["--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8", "--pgdata"])
                .arg(server.data()),
        );
        assert!(server.run(), "the PostgreSQL server did not start");
        Some(server)
    }

    /// Where its files are.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Starts it; after a kill, it recovers.
    pub fn run(&self) -> bool {
        // With AUDIT_FSYNC=1 it waits for the disk, as a server in earnest does.
        let fsync = if std::env::var_os("AUDIT_FSYNC").is_some_and(|value| value == "1") { "on" } else { "off" };
        let port = self.port;
        let options = format!(
            "-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='' -c fsync={fsync} -c max_connections=300"
        );
        let mut start = self.binary("pg_ctl");
        start.args(["start", "--wait", "--silent", "--pgdata"]).arg(self.data());
        start.arg("--log").arg(self.folder.join("log")).arg("--options").arg(options);
        start.stdout(Stdio::null()).status().unwrap().success()
    }

    /// Kills it and all of its processes, at once and without a chance to clean up.
    pub fn kill(&self) {
        let lock = self.data().join("postmaster.pid");
        let text = std::fs::read_to_string(&lock).unwrap();
        let postmaster = text.lines().next().unwrap().to_owned();
        let children = std::fs::read_to_string(format!("/proc/{postmaster}/task/{postmaster}/children")).unwrap();
        let mut processes = vec![postmaster];
        processes.extend(children.split_whitespace().map(str::to_owned));
        succeed(Command::new("kill").arg("-KILL").args(&processes[..1]));
        // The others may be gone by themselves.
        let _ = Command::new("kill").arg("-KILL").args(&processes[1..]).stderr(Stdio::null()).status();
        while processes.iter().any(|process| Path::new("/proc").join(process).exists()) {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }

    /// The server refuses to run as root.
    fn binary(&self, name: &str) -> Command {
        let program = self.binaries.join(name);
        let mut command = match is_root() {
            true => Command::new("runuser"),
            false => Command::new(&program),
        };
        if is_root() {
            command.args(["-u", "postgres", "--"]).arg(&program);
        }
        command.current_dir("/");
        command
    }
}

/// The folder of the newest version's programs.
fn binaries() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions.map(|entry| entry.path().join("bin")).filter(|bin| bin.join("initdb").exists()).max();
    newest.or_else(|| {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).find(|folder| folder.join("initdb").exists() && folder.join("pg_ctl").exists())
    })
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().unwrap();
    output.stdout.trim_ascii() == b"0"
}

fn succeed(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
