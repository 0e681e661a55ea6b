import java.io.File;
import java.util.Map;
import java.util.TreeMap;
import org.apache.pdfbox.preflight.PreflightDocument;
import org.apache.pdfbox.preflight.ValidationResult;
import org.apache.pdfbox.preflight.exception.SyntaxValidationException;
import org.apache.pdfbox.preflight.parser.PreflightParser;

/** Says of every file given whether PDFBox finds it a valid PDF/A-1b; exit code 1 if any is not. */
public class Preflight {
    public static void main(String[] files) throws Exception {
        boolean allValid = true;
        for (String file : files) {
            ValidationResult result;
            try {
                PreflightParser parser = new PreflightParser(new File(file));
                parser.parse();
                try (PreflightDocument document = parser.getPreflightDocument()) {
                    document.validate();
                    result = document.getResult();
                }
            } catch (SyntaxValidationException broken) {
                result = broken.getResult();
            }
            System.out.println(file + ": " + (result.isValid() ? "valid" : "NOT VALID"));
            allValid &= result.isValid();
            Map<String, Integer> faults = new TreeMap<>();
            for (ValidationResult.ValidationError error : result.getErrorsList()) {
                faults.merge(error.getErrorCode() + " " + error.getDetails(), 1, Integer::sum);
            }
            faults.forEach((fault, times) -> System.out.println("  " + times + " x " + fault));
        }
        System.exit(allValid ? 0 : 1);
    }
}
