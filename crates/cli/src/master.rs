//! The master key: in a file, in the environment, or kept by a hardware module or key service that a command speaks to.

use crate::config::Config;
use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;
use zhijian_records::vault::{KeyProvider, LocalMaster, VaultError};

/// The provider that the settings name. A key file is made when there is none.
///
/// # Errors
/// The file cannot be read or written, others may read it, or it holds something else.
pub fn provider(config: &Config) -> Result<Arc<dyn KeyProvider>> {
    if let Some(command) = &config.key_command {
        ensure!(config.key.is_none() && config.key_file.is_none(), "key_command 与 key、key_file 只能设置一个");
        return Ok(Arc::new(Outside::new(command)?));
    }
    if let Some(hex) = &config.key {
        let material = unhex(hex).context("ZHIJIAN_KEY 应为十六进制，至少 64 位")?;
        return Ok(Arc::new(LocalMaster::new("环境变量 ZHIJIAN_KEY", material)?));
    }
    let path = config.key_path();
    if !path.exists() {
        create(&path)?;
    }
    of_file(&path)
}

/// The master key of a file: one line `1:hex`, or the hex digits alone; lines with `#` are remarks.
///
/// # Errors
/// The file cannot be read, others may read it, or it holds something else.
pub fn of_file(path: &Path) -> Result<Arc<dyn KeyProvider>> {
    let shown = path.display();
    let text = Zeroizing::new(std::fs::read_to_string(path).with_context(|| format!("无法读取密钥文件 {shown}"))?);
    private(path)?;
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let [line] = lines.as_slice() else { anyhow::bail!("密钥文件 {shown} 应只有一行密钥，现有 {} 行", lines.len()) };
    let hex = line.split_once(':').map_or(*line, |(_, hex)| hex);
    let material = unhex(hex).with_context(|| format!("密钥文件 {shown} 的密钥应为十六进制"))?;
    let master = LocalMaster::new(&format!("密钥文件 {shown}"), material).with_context(|| format!("密钥文件 {shown}"))?;
    Ok(Arc::new(master))
}

/// Nobody but the owner may read the file.
fn private(path: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(path).with_context(|| format!("无法读取 {}", path.display()))?.permissions().mode() & 0o777;
        ensure!(mode & 0o077 == 0, "密钥文件 {0} 的权限为 {mode:04o}，其他用户可以读取；请执行 chmod 600 {0} 后重试", path.display());
    }
    Ok(())
}

/// Makes a key file that only its owner may read.
///
/// # Errors
/// No random numbers; the file cannot be written.
pub fn create(path: &Path) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("无法建立 {}", folder.display()))?;
    }
    let mut bytes = Zeroizing::new([0_u8; 32]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|e| anyhow::anyhow!("无法取得随机数：{e}"))?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = match options.open(path) {
        Ok(file) => file,
        // Another process was faster: its key is the key.
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => return Ok(()),
        Err(e) => return Err(e).with_context(|| format!("无法写入密钥文件 {}", path.display())),
    };
    let line =
        Zeroizing::new(format!("# 主密钥：丢失后加密字段无法恢复，请另行妥善备份\n1:{}\n", zhijian_records::audit::hex(bytes.as_slice())));
    file.write_all(line.as_bytes())?;
    file.sync_all()?;
    Ok(())
}

fn unhex(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let text = text.trim();
    text.len().is_multiple_of(2).then_some(())?;
    let bytes: Option<Vec<u8>> = (0..text.len()).step_by(2).map(|i| u8::from_str_radix(text.get(i..i + 2)?, 16).ok()).collect();
    bytes.map(Zeroizing::new)
}

/// A master key that never leaves its module: a command (for instance a small script around `pkcs11-tool` or a key service's client) is called with
/// `wrap` or `unwrap` and the context; it reads Base64 from its input and writes Base64 to its output.
struct Outside {
    program: String,
    arguments: Vec<String>,
}

/// Longest time for an answer of the command.
const PATIENCE: Duration = Duration::from_secs(30);

impl Outside {
    fn new(command: &str) -> Result<Self> {
        let mut words = command.split_whitespace().map(str::to_owned);
        let program = words.next().context("key_command 为空")?;
        Ok(Self { program, arguments: words.collect() })
    }

    fn failed(&self, deed: &str, why: &str) -> VaultError {
        VaultError::Provider(format!("密钥命令 {} {deed} 失败：{why}", self.program))
    }

    fn call(&self, deed: &str, context: &str, bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let io = |e: std::io::Error| self.failed(deed, &e.to_string());
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .args([deed, context])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .map_err(io)?;
        if let Some(mut input) = child.stdin.take() {
            let text = Zeroizing::new(STANDARD.encode(bytes));
            input.write_all(text.as_bytes()).map_err(io)?;
        }
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().map_err(io)? {
                break status;
            }
            if begun.elapsed() > PATIENCE {
                drop(child.kill());
                drop(child.wait());
                return Err(self.failed(deed, "30 秒内没有应答"));
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        let mut answer = Zeroizing::new(String::new());
        if let Some(output) = child.stdout.take() {
            output.take(64 * 1024).read_to_string(&mut answer).map_err(io)?;
        }
        if !status.success() {
            return Err(self.failed(deed, &format!("退出码 {}", status.code().unwrap_or(-1))));
        }
        STANDARD.decode(answer.trim()).map(Zeroizing::new).map_err(|_| self.failed(deed, "应答应为 Base64"))
    }
}

impl KeyProvider for Outside {
    fn place(&self) -> String {
        format!("密钥命令 {}", self.program)
    }

    fn wrap(&self, key: &[u8; 32], context: &str) -> Result<Vec<u8>, VaultError> {
        Ok(self.call("wrap", context, key)?.to_vec())
    }

    fn unwrap(&self, wrapped: &[u8], context: &str) -> Result<Zeroizing<[u8; 32]>, VaultError> {
        let open = self.call("unwrap", context, wrapped)?;
        let key: [u8; 32] = open.as_slice().try_into().map_err(|_| self.failed("unwrap", "数据密钥应为 32 字节"))?;
        Ok(Zeroizing::new(key))
    }
}
