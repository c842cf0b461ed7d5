using System.Globalization;

namespace Weir.Health.Pacing;

/// <summary>Reads <c>/proc/diskstats</c>, <c>/proc/self/mountinfo</c> and <c>/proc/pressure/io</c>.</summary>
/// <param name="root">"/proc"; another in tests.</param>
public sealed class LinuxDriveLoads(string root = "/proc") : IDriveLoads
{
    private const int SectorBytes = 512;

    public DriveCounters? Read(string drivePath) => Device(drivePath) is { } device ? Counters(device) : null;

    public double? Pressure()
    {
        // some avg10=0.00 avg60=0.00 avg300=0.00 total=0
        foreach (string line in Lines("pressure/io"))
        {
            string[] words = line.Split(' ');
            if (words.Length > 1 && words[0] == "some" && words[1].StartsWith("avg10=", StringComparison.Ordinal) && double.TryParse(words[1].AsSpan(6), CultureInfo.InvariantCulture, out double percent)) return percent / 100;
        }

        return null;
    }

    /// <summary>The device of the longest mount point that the path lies below, as the kernel numbers it.</summary>
    private string? Device(string path)
    {
        (string Mount, string Device)? best = null;
        foreach (string line in Lines("self/mountinfo"))
        {
            string[] words = line.Split(' ');
            if (words.Length < 5) continue;
            string mount = Unescape(words[4]);
            bool isAbove = mount == "/" || (path.StartsWith(mount, StringComparison.Ordinal) && (path.Length == mount.Length || path[mount.Length] == '/'));
            // A later mount at the same place hides the one before.
            if (isAbove && (best is null || mount.Length >= best.Value.Mount.Length)) best = (mount, words[2]);
        }

        return best?.Device;
    }

    private DriveCounters? Counters(string device)
    {
        foreach (string line in Lines("diskstats"))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 14 || $"{words[0]}:{words[1]}" != device) continue;
            long[] values = new long[11];
            for (int i = 0; i < values.Length; i++)
            {
                if (!long.TryParse(words[3 + i], NumberStyles.None, CultureInfo.InvariantCulture, out values[i])) return null;
            }

            return new(device, values[0] + values[4], (values[2] + values[6]) * SectorBytes, values[9], values[3] + values[7]);
        }

        return null;
    }

    private string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(Path.Combine(root, file));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Blanks and the like stand as octal numbers in mountinfo.</summary>
    private static string Unescape(string text)
    {
        int at = text.IndexOf('\\', StringComparison.Ordinal);
        if (at < 0) return text;
        return text.Replace("\\040", " ", StringComparison.Ordinal).Replace("\\011", "\t", StringComparison.Ordinal).Replace("\\012", "\n", StringComparison.Ordinal).Replace("\\134", "\\", StringComparison.Ordinal);
    }
}
