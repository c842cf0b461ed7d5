namespace Weir.Lustre.Llapi;

/// <summary>What is wrong with the bytes of an action list.</summary>
public enum ActionListError
{
    None,

    /// <summary>Shorter than the head of a list.</summary>
    Truncated,

    /// <summary>Not version 1: nothing else of it can be relied on.</summary>
    UnknownVersion,

    /// <summary>The file system's name does not end inside the list.</summary>
    UnterminatedName,

    /// <summary>An item's length is below its head, or beyond the end of the list; the items before it are good.</summary>
    BadItemLength,

    /// <summary>Fewer items than the head says; those that were there are good.</summary>
    MissingItems,
}
