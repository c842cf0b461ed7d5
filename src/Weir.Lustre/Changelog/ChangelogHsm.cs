using System.Text;

namespace Weir.Lustre.Changelog;

/// <summary>What an HSM record tells of.</summary>
public enum ChangelogHsmEvent : byte
{
    Archive = 0,
    Restore = 1,
    Cancel = 2,
    Release = 3,
    Remove = 4,
    State = 5,
}

/// <summary>The flags of an HSM record, taken apart: bits 0-6 the error, 7-9 the event, 10-11 its own flags.</summary>
/// <param name="Event">Numbers beyond those named occur in no release.</param>
/// <param name="Error">An errno; 0 for success, 127 for one that does not fit.</param>
/// <param name="IsDirty">Whether the file's content has changed since it was archived.</param>
public readonly record struct ChangelogHsm(ChangelogHsmEvent Event, int Error, bool IsDirty)
{
    private static readonly byte[][] Names = [.. new[] { "ARCHIVE", "RESTORE", "CANCEL", "RELEASE", "REMOVE", "STATE" }.Select(Encoding.ASCII.GetBytes)];

    public static ChangelogHsm Of(ushort flags) => new((ChangelogHsmEvent)(flags >> 7 & 7), flags & 0x7f, (flags >> 10 & 1) != 0);

    /// <summary>The event's name; empty for a number without one.</summary>
    public ReadOnlySpan<byte> EventUtf8 => (int)Event < Names.Length ? Names[(int)Event] : default;
}
