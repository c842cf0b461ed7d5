using System.Text.RegularExpressions;

namespace Weir.Benchmarks.BlockEvents;

/// <summary>
/// The original's way to classify, for comparison: 18 rules, each a prefix and a regular expression with a group for the device, tried one after
/// another. The expressions are of the same kind as its own, written anew.
/// </summary>
internal static class OriginalScheme
{
    private static readonly (string StartsWith, Regex Regex)[] Rules =
    [
        ("device-mapper: multipath:", Rule(@"^device-mapper: multipath: (?:[0-9]+:[0-9]+: )?Failing path (?<kdev>\d+:\d+)\.$")),
        ("device-mapper: multipath:", Rule(@"^device-mapper: multipath: (?:[0-9]+:[0-9]+: )?Reinstating path (?<kdev>\d+:\d+)\.$")),
        ("device-mapper: dirty region log", Rule(@"^device-mapper: dirty region log: (?<kdev>\d+:\d+): Failed to read header on dirty region log device")),
        ("device-mapper: dirty region log", Rule(@"^device-mapper: dirty region log: (?<kdev>\d+:\d+): Failed to write header on dirty region log device")),
        ("device-mapper: thin", Rule(@"^device-mapper: thin: (?<kdev>\d+:\d+): reached low water mark for data device: sending event\.$")),
        ("device-mapper: thin", Rule(@"^device-mapper: thin: (?<kdev>\d+:\d+): switching pool to out-of-data-space \((?:queue|error) IO\) mode$")),
        ("sd ", Rule(@"^sd [0-9:]+ \[(?<kdev>sd[a-z]+)\] (?:tag#\d+ )?Sense Key : .+$")),
        ("sd ", Rule(@"^sd [0-9:]+ \[(?<kdev>sd[a-z]+)\] (?:tag#\d+ )?Add\. Sense: .+$")),
        ("sd ", Rule(@"^sd [0-9:]+ \[(?<kdev>sd[a-z]+)\] Spinning up disk\.\.\.$")),
        ("sd ", Rule(@"^sd [0-9:]+ \[(?<kdev>sd[a-z]+)\] (?:tag#\d+ )?Unaligned partial completion")),
        ("sd ", Rule(@"^sd [0-9:]+ \[(?<kdev>sd[a-z]+)\] (?:tag#\d+ )?Medium access timeout failure\. Offlining disk!$")),
        ("EXT4-fs ", Rule(@"^EXT4-fs \((?<kdev>[^\s\)]+)\): mounted filesystem ")),
        ("EXT4-fs ", Rule(@"^EXT4-fs \((?<kdev>[^\s\)]+)\): Remounting filesystem read-only$")),
        ("EXT4-fs ", Rule(@"^EXT4-fs \((?<kdev>[^\s\)]+)\): .*panic.*$")),
        ("EXT4-fs ", Rule(@"^EXT4-fs error \(device (?<kdev>[^\s\)]+)\): .+$")),
        ("XFS ", Rule(@"^XFS \((?<kdev>[^\s\)]+)\): Ending clean mount$")),
        ("XFS ", Rule(@"^XFS \((?<kdev>[^\s\)]+)\): Unmounting Filesystem$")),
        ("JBD2: ", Rule(@"^JBD2: Detected IO errors while flushing file data on (?<kdev>[^\s]+)-\d+$")),
    ];

    public static long Classify(string[] lines)
    {
        long taken = 0;
        foreach (string line in lines)
        {
            foreach ((string prefix, Regex regex) in Rules)
            {
                if (!line.StartsWith(prefix, StringComparison.Ordinal) || !regex.IsMatch(line)) continue;
                taken++;
                break;
            }
        }

        return taken;
    }

    private static Regex Rule(string pattern) => new(pattern, RegexOptions.Compiled | RegexOptions.CultureInvariant);
}
