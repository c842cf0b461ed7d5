using System.Globalization;
using System.Text;
using Weir.Server.Configuration;

namespace Weir.Server.Security;

/// <summary>
/// The file of tokens: one a line, <c>ID ROLE SHA256 CREATED NAME</c>; empty lines and lines with # at their start are left alone. Nobody but
/// its owner may read or write it. It is replaced as a whole, so that no reader ever sees half of it.
/// </summary>
public static class TokenFile
{
    private const int MaxBytes = 1024 * 1024;
    private const int MaxNameLength = 64;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>The tokens in the file; none when there is no such file.</summary>
    /// <exception cref="ConfigurationException">Others may read it, or a line in it is no token.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IReadOnlyList<Token> Read(string path)
    {
        if (!File.Exists(path)) return [];
        using FileStream file = OpenPrivate(path);
        byte[] bytes = new byte[Math.Min(file.Length, MaxBytes) + 1];
        int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (length > MaxBytes) throw Wrong(path, 0, $"is larger than {MaxBytes} bytes");
        var tokens = new List<Token>();
        string[] lines = Encoding.UTF8.GetString(bytes, 0, length).Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].TrimEnd('\r');
            if (line.Length == 0 || line[0] == '#') continue;
            Token token = Parse(line) ?? throw Wrong(path, i + 1, "is not a token, which is ID ROLE SHA256 CREATED NAME");
            if (tokens.Exists(other => other.Id == token.Id)) throw Wrong(path, i + 1, $"there are two tokens {token.Id}");
            tokens.Add(token);
        }

        return tokens;
    }

    /// <summary>Puts these tokens in place of what the file had; comments in it are lost.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<Token> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        if (Path.GetDirectoryName(path) is { Length: > 0 } directory) Directory.CreateDirectory(directory);
        File.Delete(temporary);
        try
        {
            using (var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
            {
                foreach (Token token in tokens) file.Write(Encoding.UTF8.GetBytes(Format(token)));
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>What is wrong with a token's name; null when nothing is.</summary>
    public static string? CheckName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length is 0 or > MaxNameLength ? $"a token's name has 1 to {MaxNameLength} characters"
            : name.Any(char.IsControl) || name != name.Trim() ? "a token's name has no control characters, nor blanks around it" : null;
    }

    /// <summary>Opened first and looked at then, so that what is looked at is what is read.</summary>
    private static FileStream OpenPrivate(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            UnixFileMode mode = File.GetUnixFileMode(file.SafeFileHandle);
            if ((mode & Others) != 0) throw Wrong(path, 0, $"can be read or written by others than its owner (mode {Convert.ToString((int)mode, 8)}); chmod 600 {path}");
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static string Format(Token token) => string.Create(
        CultureInfo.InvariantCulture,
        $"{token.Id} {AccessRoles.Name(token.Role)} {Convert.ToHexStringLower(token.Hash)} {token.Created.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'} {token.Name}\n");

    private static Token? Parse(string line)
    {
        string[] parts = line.Split(' ', 5);
        if (parts.Length != 5 || !AccessRoles.TryParse(parts[1], out AccessRole role) || CheckName(parts[4]) is not null) return null;
        if (Token.IdOf($"{Token.Prefix}{parts[0]}_") != parts[0] || parts[2].Length != 64) return null;
        if (!DateTimeOffset.TryParse(parts[3], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset created)) return null;
        try
        {
            return new(parts[0], parts[4], role, Convert.FromHexString(parts[2]), created);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static ConfigurationException Wrong(string path, int line, string problem) => new([new(new(path, line), "", problem)]);
}
