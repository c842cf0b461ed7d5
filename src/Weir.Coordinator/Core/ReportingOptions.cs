namespace Weir.Coordinator.Core;

/// <summary>Which requests have a file that tells of them: those whose data has the hint <c>Hint=value</c>; the value is the file's name.</summary>
public sealed record ReportingOptions
{
    /// <summary>Longest value, in bytes: letters, digits, <c>-</c> and <c>_</c> only.</summary>
    public const int MaxValueBytes = 64;

    /// <summary>The hint's name (<c>reporting_hint</c>), without <c>=</c>.</summary>
    public required string Hint { get; init; }

    /// <summary>How often the progress of waiting restores is told (<c>reporting_schedule_interval_ms</c>).</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(1);

    internal bool IsValid => Hint.Length > 0 && Interval > TimeSpan.Zero && Hint.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
