using System.Diagnostics;
using System.Net.Mail;
using System.Text;
using Weir.BlockEvents.Events;

namespace Weir.BlockEvents.Notifiers;

/// <summary>How mail is sent.</summary>
public sealed record MailSettings
{
    /// <summary>From whom.</summary>
    public required string From { get; init; }

    /// <summary>To whom.</summary>
    public required IReadOnlyList<string> To { get; init; }

    /// <summary>The mail server, as HOST[:PORT]; null to hand the mail to the program sendmail.</summary>
    public string? Server { get; init; }

    /// <summary>The program that takes mail.</summary>
    public string Sendmail { get; init; } = "/usr/sbin/sendmail";
}

/// <summary>Tells of events by mail.</summary>
public sealed class MailNotifier(MailSettings settings) : INotifier
{
    /// <inheritdoc/>
    public async Task TellAsync(StorageEvent one, CancellationToken cancellationToken)
    {
        string subject = EventText.Line(one);
        subject = subject[..Math.Min(subject.Length, 200)];
        if (settings.Server is null) await SendByProgramAsync(subject, one, cancellationToken).ConfigureAwait(false);
        else await SendAsync(settings.Server, subject, one, cancellationToken).ConfigureAwait(false);
    }

    private async Task SendAsync(string server, string subject, StorageEvent one, CancellationToken cancellationToken)
    {
        int colon = server.LastIndexOf(':');
        bool hasPort = colon > 0 && int.TryParse(server.AsSpan(colon + 1), out _);
        using var client = new SmtpClient(hasPort ? server[..colon] : server, hasPort ? int.Parse(server.AsSpan(colon + 1), System.Globalization.CultureInfo.InvariantCulture) : 25);
        using var mail = new MailMessage { From = new(settings.From), Subject = subject, Body = EventText.Page(one), SubjectEncoding = Encoding.UTF8, BodyEncoding = Encoding.UTF8 };
        foreach (string to in settings.To) mail.To.Add(to);
        mail.Headers.Add("X-Weir-Event-Id", one.EventId.ToString());
        try
        {
            await client.SendMailAsync(mail, cancellationToken).ConfigureAwait(false);
        }
        catch (SmtpException failed)
        {
            throw new IOException($"{server} does not take mail: {failed.InnerException?.Message ?? failed.Message}", failed);
        }
    }

    private async Task SendByProgramAsync(string subject, StorageEvent one, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(settings.Sendmail, ["-i", "-f", settings.From, "--", .. settings.To]) { RedirectStandardInput = true, UseShellExecute = false };
        using Process process = Process.Start(start) ?? throw new IOException($"{settings.Sendmail} cannot be run.");
        try
        {
            string head = $"From: {settings.From}\r\nTo: {string.Join(", ", settings.To)}\r\nSubject: =?utf-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(subject))}?=\r\n"
                + $"X-Weir-Event-Id: {one.EventId}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n";
            await process.StandardInput.BaseStream.WriteAsync(Encoding.UTF8.GetBytes((head + EventText.Page(one)).ReplaceLineEndings("\n")), cancellationToken).ConfigureAwait(false);
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        if (process.ExitCode != 0) throw new IOException($"{settings.Sendmail} ended with exit code {process.ExitCode}.");
    }
}
