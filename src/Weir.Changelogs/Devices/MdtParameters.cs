using System.Globalization;
using System.Text;
using Weir.Lustre.Changelog;

namespace Weir.Changelogs.Devices;

/// <summary>
/// What an MDT's server says of its changelog in <c>mdd.&lt;MDT&gt;.changelog_*</c>. Read from the directories where releases
/// put them; where one is missing, the next is tried for every parameter.
/// </summary>
public sealed class MdtParameters(IReadOnlyList<string>? roots = null)
{
    private const int MaxFileBytes = 4 * 1024 * 1024;

    private static readonly string[] DefaultRoots = ["/sys/kernel/debug/lustre/mdd", "/sys/fs/lustre/mdd", "/proc/fs/lustre/mdd"];

    /// <summary>Where <c>&lt;MDT&gt;/changelog_users</c> is looked for.</summary>
    public IReadOnlyList<string> Roots { get; } = roots ?? DefaultRoots;

    /// <summary>The registered users; null when this machine does not serve the MDT, or may not be asked.</summary>
    /// <param name="skippedLines">Lines that are no user's.</param>
    public ChangelogUsers? ReadUsers(string mdt, out int skippedLines)
    {
        skippedLines = 0;
        return Read(mdt, "changelog_users") is { } file && ChangelogUsers.TryParse(file, out ChangelogUsers users, out skippedLines) ? users : null;
    }

    /// <summary>The limits of garbage collection; a member is null where the MDT does not say.</summary>
    public CollectionLimits ReadLimits(string mdt) => new(
        ReadNumber(mdt, "changelog_gc") is { } isOn ? isOn != 0 : null,
        ReadNumber(mdt, "changelog_max_idle_time"),
        ReadNumber(mdt, "changelog_max_idle_indexes"));

    private long? ReadNumber(string mdt, string name) =>
        Read(mdt, name) is { } file && long.TryParse(Encoding.ASCII.GetString(file).AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            ? value : null;

    private byte[]? Read(string mdt, string name)
    {
        foreach (string root in Roots)
        {
            try
            {
                using FileStream file = File.OpenRead(Path.Combine(root, mdt, name));
                var content = new MemoryStream();
                var buffer = new byte[64 * 1024];
                while (content.Length < MaxFileBytes && file.Read(buffer) is > 0 and var read) content.Write(buffer, 0, read);
                return content.ToArray();
            }
            catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
            {
                // Not here, or not for us: another directory may have it, and without any the caller is told that there is none.
            }
        }

        return null;
    }
}

/// <summary>When an MDT removes an idle user (mdd, since 2.10.57).</summary>
/// <param name="IsOn">Whether it does at all.</param>
/// <param name="MaxIdleSeconds">Idle for longer than this.</param>
/// <param name="MaxIdleRecords">Further behind than this.</param>
public sealed record CollectionLimits(bool? IsOn, long? MaxIdleSeconds, long? MaxIdleRecords)
{
    /// <summary>Idle time and records behind together, in second-records: a day times 2^32.</summary>
    private const ulong CombinedLimitRecords = 24UL * 3600;

    /// <summary>Why the MDT would remove the user at its next collection; null when it would not, or does not say.</summary>
    public string? WhyRemoved(ChangelogUser user, ulong currentIndex)
    {
        if (IsOn == false) return null;
        ulong behind = currentIndex > user.Index ? currentIndex - user.Index : 0;
        if (MaxIdleSeconds is { } seconds && user.IdleSeconds > seconds) return $"idle for more than {seconds} seconds";
        if (MaxIdleRecords is { } records && behind > (ulong)records) return $"more than {records} records behind";
        return user.IdleSeconds is > 0 and var idle && (UInt128)(ulong)idle * behind > (UInt128)CombinedLimitRecords << 32
            ? "idle for long and far behind" : null;
    }
}
