namespace Weir.Erasure.Drives.Verifying;

/// <summary>
/// How long a run will yet take, from what is left and what it has cost so far. Files cost a time each and bytes cost a time each, and a
/// tree may have its large files at its end: so both prices are learned, from stretches of the run with different mixtures of them.
/// </summary>
public sealed class RunEstimate
{
    /// <summary>Stretches that the prices are learned from; older ones weigh less, for drives are not always equally busy.</summary>
    private const double Fading = 0.999;

    private readonly double _totalFiles;
    private readonly double _totalBytes;
    private double _seconds, _files, _bytes;

    // Sums of products, of the equation seconds = files × a + bytes × b.
    private double _ff, _fb, _bb, _fs, _bs;

    /// <param name="totalFiles">Files and directories that the run will look at.</param>
    /// <param name="totalBytes">Bytes that it will read.</param>
    public RunEstimate(double totalFiles, double totalBytes)
    {
        _totalFiles = totalFiles;
        _totalBytes = totalBytes;
    }

    /// <summary>How much is done, from 0 to 1, by the time that it takes; null before that can be told.</summary>
    public double? Fraction => Remaining is { } left && _seconds + left > 0 ? _seconds / (_seconds + left) : null;

    /// <summary>Seconds that are left; null before that can be told.</summary>
    public double? Remaining
    {
        get
        {
            if (_seconds <= 0 || (_files <= 0 && _bytes <= 0)) return null;
            (double perFile, double perByte) = Prices();
            return (perFile * Math.Max(0, _totalFiles - _files)) + (perByte * Math.Max(0, _totalBytes - _bytes));
        }
    }

    /// <summary>Takes down how far the run is.</summary>
    /// <param name="seconds">Since its beginning, without pauses.</param>
    /// <param name="files">Files and directories done.</param>
    /// <param name="bytes">Bytes done.</param>
    public void Report(double seconds, double files, double bytes)
    {
        double time = seconds - _seconds, fileCount = files - _files, byteCount = bytes - _bytes;
        if (time <= 0) return;
        (_seconds, _files, _bytes) = (seconds, files, bytes);
        // Each stretch counts by its length: divided by the root of its time, its square does.
        double weight = 1 / time;
        _ff = (_ff * Fading) + (fileCount * fileCount * weight);
        _fb = (_fb * Fading) + (fileCount * byteCount * weight);
        _bb = (_bb * Fading) + (byteCount * byteCount * weight);
        _fs = (_fs * Fading) + fileCount;
        _bs = (_bs * Fading) + byteCount;
    }

    private (double PerFile, double PerByte) Prices()
    {
        double determinant = (_ff * _bb) - (_fb * _fb);
        // Where all stretches have the same mixture the two cannot be told apart, and need not be.
        if (determinant > 1e-6 * _ff * _bb)
        {
            double perFile = ((_fs * _bb) - (_bs * _fb)) / determinant, perByte = ((_bs * _ff) - (_fs * _fb)) / determinant;
            if (perFile >= 0 && perByte >= 0) return (perFile, perByte);
        }

        // One of them alone explains it better, and costs nothing below zero.
        double fileAlone = _ff > 0 ? _fs / _ff : 0, byteAlone = _bb > 0 ? _bs / _bb : 0;
        double fileExplains = _ff > 0 ? _fs * _fs / _ff : 0, byteExplains = _bb > 0 ? _bs * _bs / _bb : 0;
        return fileExplains >= byteExplains ? (fileAlone, 0) : (0, byteAlone);
    }
}
