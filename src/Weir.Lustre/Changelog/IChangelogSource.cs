namespace Weir.Lustre.Changelog;

/// <summary>Changelog records one after another, from a file or a pipe. Not thread-safe.</summary>
public interface IChangelogSource
{
    /// <summary>
    /// The next record or the next damage, or the end. A record is valid until the next call. Blocks as long as the stream does.
    /// </summary>
    ChangelogScan Next(out ChangelogRecord record, out ChangelogDamage damage);

    /// <summary>How many pieces of damage were passed over.</summary>
    long SkippedCount { get; }
}
