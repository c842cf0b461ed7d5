namespace Weir.BlockEvents.Lines;

/// <summary>Where a line came from.</summary>
public enum LineSource : byte
{
    /// <summary>A file or standard input.</summary>
    File,

    /// <summary>systemd's journal.</summary>
    Journal,

    /// <summary>The kernel's own log, /dev/kmsg.</summary>
    Kmsg,
}
