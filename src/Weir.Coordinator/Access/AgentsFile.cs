using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using Weir.Coordinator.Protocol;

namespace Weir.Coordinator.Access;

/// <summary>
/// The file that says who may connect and what they may do: one peer a line, <c>NAME KEY=VALUE…</c>; empty lines and lines with # at their
/// start are left alone. Keys: <c>token=</c> the SHA-256 of its token in hexadecimal; <c>cert=</c> the SHA-256 of its certificate, or
/// <c>cn:NAME</c> for a certificate of that name which the configured authority signed; <c>archives=1,2</c> (all); <c>commands=recv,…</c>
/// (ehlo, recv, done, status, why); <c>ids=a,b</c>, the agent ids it may go by, or <c>*</c> (its own name).
/// </summary>
public static class AgentsFile
{
    private const int MaxBytes = 1024 * 1024;
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <exception cref="IOException">It cannot be read, others may write it, or a line in it cannot be meant; the message names it.</exception>
    public static AccessList Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.SafeFileHandle) & WritableByOthers) != 0)
            throw new IOException($"{path} can be written by others than its owner; chmod go-w {path}");
        byte[] bytes = new byte[MaxBytes + 1];
        int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (length > MaxBytes) throw new IOException($"{path} is larger than {MaxBytes} bytes");
        return Parse(Encoding.UTF8.GetString(bytes, 0, length), path);
    }

    internal static AccessList Parse(string text, string path)
    {
        var peers = new List<PeerCredential>();
        string[] lines = text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string[] words = lines[i].Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || words[0][0] == '#') continue;
            try
            {
                if (peers.Exists(other => other.Permissions.Name == words[0])) throw new FormatException($"there are two lines for '{words[0]}'");
                peers.Add(ParsePeer(words[0], words[1..]));
            }
            catch (FormatException problem)
            {
                throw new IOException(string.Create(CultureInfo.InvariantCulture, $"{path}:{i + 1}: {problem.Message}"), problem);
            }
        }

        return new(peers);
    }

    private static PeerCredential ParsePeer(string name, string[] settings)
    {
        byte[]? token = null, certificate = null;
        string? commonName = null;
        var permissions = new Permissions { Name = name, Commands = Permissions.AgentCommands, AgentIds = FrozenSet.Create(name) };
        var seen = new HashSet<string>();
        foreach (string setting in settings)
        {
            int equals = setting.IndexOf('=', StringComparison.Ordinal);
            string key = equals < 0 ? setting : setting[..equals], value = equals < 0 ? "" : setting[(equals + 1)..];
            if (value.Length == 0) throw new FormatException($"'{setting}' is not KEY=VALUE");
            if (!seen.Add(key)) throw new FormatException($"'{key}' stands twice");
            switch (key)
            {
                case "token":
                    token = ParseHash(value);
                    break;
                case "cert" when value.StartsWith("cn:", StringComparison.Ordinal) && value.Length > 3:
                    commonName = value[3..];
                    break;
                case "cert":
                    certificate = ParseHash(value);
                    break;
                case "archives":
                    permissions = permissions with { ArchiveIds = value == "all" ? null : value.Split(',').Select(ParseArchive).ToFrozenSet() };
                    break;
                case "commands":
                    permissions = permissions with { Commands = value == "all" ? Permissions.All.Commands : value.Split(',').Select(ParseCommand).ToFrozenSet() };
                    break;
                case "ids":
                    permissions = permissions with { AgentIds = value == "*" ? null : value.Split(',').ToFrozenSet() };
                    break;
                default:
                    throw new FormatException($"there is no key '{key}'; there are token, cert, archives, commands and ids");
            }
        }

        if (token is null && certificate is null && commonName is null) throw new FormatException($"'{name}' has neither token= nor cert=, so nobody can be it");
        return new(permissions, token, certificate, commonName);
    }

    private static byte[] ParseHash(string text)
    {
        string digits = text.Replace(":", "", StringComparison.Ordinal);
        if (digits.Length != 64 || !digits.All(char.IsAsciiHexDigit)) throw new FormatException($"'{text}' is not a SHA-256 in hexadecimal, which has 64 digits");
        return Convert.FromHexString(digits);
    }

    private static uint ParseArchive(string text) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint id) && id is > 0 and <= int.MaxValue
            ? id
            : throw new FormatException($"'{text}' is not an archive id");

    private static CommandKind ParseCommand(string text) =>
        Permissions.TryParseCommand(text, out CommandKind command) ? command : throw new FormatException($"'{text}' is not a command");
}
