namespace Weir.Hsm.Live;

/// <summary>Texts that the compact form of an action cannot hold; null where it can.</summary>
internal sealed record OddTexts(byte[]? Fid, byte[]? Action, byte[]? Status);
