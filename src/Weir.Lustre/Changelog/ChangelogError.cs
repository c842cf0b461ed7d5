namespace Weir.Lustre.Changelog;

/// <summary>Why bytes, or a line, are not a changelog record.</summary>
public enum ChangelogError : byte
{
    None,

    /// <summary>The bytes end before the record does.</summary>
    Truncated,

    /// <summary>The record says that it is longer than <see cref="ChangelogRecord.MaxBytes"/>.</summary>
    TooLong,

    /// <summary>Extra flags that nobody knows: where the record's name starts, and where it ends, is a guess.</summary>
    UnknownExtension,

    /// <summary>The bytes read as a record, but not as one that can stand here: no index, no known format, an impossible time.</summary>
    NotARecord,

    /// <summary>A text line lacks the index, or it is not a number.</summary>
    BadIndex,

    /// <summary>A text line's type is not two digits and a name.</summary>
    BadType,

    /// <summary>A text line's time or date cannot be.</summary>
    BadTime,

    /// <summary>A text line's flags or one of its numbers cannot be read.</summary>
    BadNumber,

    /// <summary>A text line's fid cannot be read.</summary>
    BadFid,

    /// <summary>A text line's client address cannot be read.</summary>
    BadNid,

    /// <summary>A job or an attribute in a text line is longer than a record can say.</summary>
    BadText,
}
