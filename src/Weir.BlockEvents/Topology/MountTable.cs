using System.Text;

namespace Weir.BlockEvents.Topology;

/// <summary>What is mounted: the lines of /proc/self/mountinfo, proc(5).</summary>
public sealed class MountTable
{
    private const int MaxBytes = 16 * 1024 * 1024;

    private readonly Dictionary<DeviceNumber, (string MountPoint, bool IsWhole)> _byNumber = [];
    private readonly Dictionary<string, (string MountPoint, bool IsWhole)> _bySource = new(StringComparer.Ordinal);

    private MountTable()
    {
    }

    /// <summary>Nothing is mounted.</summary>
    public static MountTable Empty { get; } = new();

    /// <summary>Reads the table; an empty one when it cannot be read.</summary>
    public static MountTable Read(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(file, Encoding.UTF8);
            char[] text = new char[4096];
            var all = new StringBuilder();
            for (int read; (read = reader.Read(text)) > 0 && all.Length < MaxBytes;) all.Append(text, 0, read);
            return Parse(all.ToString());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Empty;
        }
    }

    /// <summary>Reads the lines; what is no mount is passed over.</summary>
    public static MountTable Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var table = new MountTable();
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines()) table.Add(line.ToString().Split(' '));
        return table;
    }

    /// <summary>Where the device is mounted; of several places the first whose root is the file system's own. Null when it is not.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="paths">Its files: btrfs mounts under a number of its own and names the file instead.</param>
    public string? Find(DeviceNumber number, params ReadOnlySpan<string> paths)
    {
        if (_byNumber.TryGetValue(number, out (string MountPoint, bool) mounted)) return mounted.MountPoint;
        foreach (string path in paths)
        {
            if (_bySource.TryGetValue(path, out mounted)) return mounted.MountPoint;
        }

        return null;
    }

    private void Add(string[] words)
    {
        // ID PARENT MAJOR:MINOR ROOT MOUNT_POINT OPTIONS [TAG...] - TYPE SOURCE OPTIONS
        int dash = Array.IndexOf(words, "-", Math.Min(6, words.Length));
        if (dash < 6 || words.Length < dash + 3 || !DeviceNumber.TryParse(words[2], out DeviceNumber number)) return;
        string mountPoint = Unescape(words[4]), source = Unescape(words[dash + 2]);
        bool isWhole = words[3] == "/";
        Note(_byNumber, number, mountPoint, isWhole);
        if (source.StartsWith('/')) Note(_bySource, source, mountPoint, isWhole);
    }

    private static void Note<T>(Dictionary<T, (string MountPoint, bool IsWhole)> table, T key, string mountPoint, bool isWhole)
        where T : notnull
    {
        // A bind mount of a directory does not stand for the file system, unless nothing else does.
        if (!table.TryGetValue(key, out (string, bool IsWhole) there) || (isWhole && !there.IsWhole)) table[key] = (mountPoint, isWhole);
    }

    /// <summary>Space, tab, line end and backslash stand as <c>\040</c> and so on.</summary>
    private static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal)) return text;
        var plain = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 3 < text.Length && text.AsSpan(i + 1, 3).IndexOfAnyExceptInRange('0', '7') < 0)
            {
                plain.Append((char)(((text[i + 1] - '0') << 6) | ((text[i + 2] - '0') << 3) | (text[i + 3] - '0')));
                i += 3;
            }
            else
            {
                plain.Append(text[i]);
            }
        }

        return plain.ToString();
    }
}
