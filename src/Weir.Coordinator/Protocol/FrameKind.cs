namespace Weir.Coordinator.Protocol;

/// <summary>What <see cref="MessageFramer.Read"/> found.</summary>
public enum FrameKind
{
    /// <summary>Nothing more before the next bytes come.</summary>
    NeedsMore,

    /// <summary>A list that is read item by item begins; its place in the message is left empty.</summary>
    ListStart,

    /// <summary>One item of such a list, whole.</summary>
    Item,

    /// <summary>A message, whole, without the items of such lists.</summary>
    Message,
}
