namespace Weir.Coordinator.Core;

/// <summary>Linux error numbers that Lustre is answered.</summary>
internal static class Errno
{
    /// <summary>EILSEQ: the data is not UTF-8, and no agent takes it as it is.</summary>
    public const int IllegalSequence = 84;

    /// <summary>ECANCELED.</summary>
    public const int Cancelled = 125;
}
