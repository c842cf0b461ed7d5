namespace Weir.Erasure.Format;

/// <summary>What a version of an object is; the numbers are those of xl.meta.</summary>
public enum XlVersionType : byte
{
    Invalid = 0,
    Object = 1,
    DeleteMarker = 2,

    /// <summary>An object of the oldest format, whose parts carry one hash for the whole file.</summary>
    Legacy = 3,
}
