namespace Weir.Lustre.HsmFiles;

/// <summary>Why a line of an <c>hsm/*</c> file was not taken.</summary>
public enum LineError : byte
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>Nothing but spaces.</summary>
    Empty,

    /// <summary>No <c>idx=</c>.</summary>
    MissingIndex,

    /// <summary><c>idx=</c> is not catalog/record, two decimal numbers.</summary>
    BadIndex,

    /// <summary>No <c>fid=</c>.</summary>
    MissingFid,

    /// <summary>A fid that is empty or has brackets inside.</summary>
    BadFid,

    /// <summary>No <c>action=</c>.</summary>
    MissingAction,

    /// <summary>No <c>status=</c>.</summary>
    MissingStatus,

    /// <summary>No <c>uuid=</c>.</summary>
    MissingUuid,

    /// <summary>A number that is not one, or is too big for its field.</summary>
    BadNumber,

    /// <summary>A field stands twice: two lines ran into one another, as after <c>cat</c> of a cut file.</summary>
    DuplicateField,

    /// <summary>A bracket is not closed.</summary>
    UnclosedBracket,

    /// <summary>Not UTF-8.</summary>
    NotUtf8,

    /// <summary>Control characters, NUL among them.</summary>
    ControlCharacter,

    /// <summary>Longer than <see cref="LineText.MaxBytes"/>.</summary>
    TooLong,

    /// <summary>The line breaks off where another line, or another file's header, begins.</summary>
    Torn,

    /// <summary>A get_param header whose device name cannot be read.</summary>
    BadHeader,

    /// <summary>The line stands under such a header, so nobody knows whose it is.</summary>
    UnderBadHeader,
}
