// Plays answers in JavaRosa, the engine of ODK Collect, and tells what it makes of every node.
// One job a line comes in, one answer a line goes out; `engines.py` says what they hold.

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.javarosa.core.model.Constants;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.IFormElement;
import org.javarosa.core.model.QuestionDef;
import org.javarosa.core.model.data.IAnswerData;
import org.javarosa.core.model.instance.FormInstance;
import org.javarosa.core.model.instance.InstanceInitializationFactory;
import org.javarosa.core.model.instance.TreeElement;
import org.javarosa.core.model.instance.TreeReference;
import org.javarosa.core.reference.PrefixedRootFactory;
import org.javarosa.core.reference.Reference;
import org.javarosa.core.reference.ReferenceManager;
import org.javarosa.core.services.IPropertyManager;
import org.javarosa.core.services.PropertyManager;
import org.javarosa.core.services.properties.IPropertyRules;
import org.javarosa.form.api.FormEntryController;
import org.javarosa.form.api.FormEntryModel;
import org.javarosa.model.xform.XFormsModule;
import org.javarosa.xform.parse.XFormParser;
import org.javarosa.xform.util.XFormAnswerDataParser;
import org.javarosa.xform.util.XFormUtils;

public class JavaRosa {
  static final ObjectMapper JSON = new ObjectMapper();
  static final int MOST_EVENTS = 5_000;
  static Path folder = Path.of(".");

  public static void main(String[] arguments) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.setOut(System.err); // JavaRosa itself talks on the standard output
    new XFormsModule().registerModule();
    PropertyManager.setPropertyManager(new NoProperties());
    String[] roots = {"file", "file-csv", "images", "audio", "video"};
    ReferenceManager.instance().addReferenceFactory(
        new PrefixedRootFactory(roots) {
          protected Reference factory(String name, String uri) {
            return new Attachment(folder.resolve(Path.of(name).getFileName()));
          }
        });
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      JsonNode job = JSON.readTree(line);
      ObjectNode answer = JSON.createObjectNode();
      answer.set("id", job.get("id"));
      ArrayNode states = answer.putArray("states");
      try {
        play(job, answer, states);
      } catch (Throwable fault) {
        answer.put("refused", String.valueOf(fault));
      }
      out.println(JSON.writeValueAsString(answer));
    }
  }

  static void play(JsonNode job, ObjectNode answer, ArrayNode states) throws Exception {
    long began = System.nanoTime();
    folder = Path.of(job.get("folder").asText());
    FormDef form;
    byte[] xml = job.get("form").asText().getBytes(StandardCharsets.UTF_8);
    try (InputStream in = new ByteArrayInputStream(xml)) {
      form = XFormUtils.getFormFromInputStream(in);
    }
    if (job.hasNonNull("edit")) {
      fill(form, job.get("edit").asText());
    }
    form.initialize(!job.hasNonNull("edit"), new InstanceInitializationFactory());
    answer.put("load", since(began));
    boolean brief = job.path("brief").asBoolean();
    walk(form, null, null);
    tell(form, brief, states.addObject());
    for (JsonNode step : job.get("steps")) {
      ObjectNode state = states.addObject();
      try {
        state.put("took", apply(form, step));
      } catch (RuntimeException fault) {
        state.put("fault", String.valueOf(fault));
      }
      walk(form, null, null);
      tell(form, brief, state);
    }
  }

  static double since(long began) {
    return (System.nanoTime() - began) / 1e6;
  }

  static void tell(FormDef form, boolean brief, ObjectNode state) {
    ObjectNode nodes = state.putObject("nodes");
    if (!brief) {
      tell(form.getInstance().getRoot(), form, nodes);
    }
  }

  /** Opens what was sent before, as ODK Collect does. */
  static void fill(FormDef form, String edit) {
    FormInstance saved = XFormParser.restoreDataModel(edit.getBytes(StandardCharsets.UTF_8), null);
    TreeElement root = form.getInstance().getRoot().deepCopy(true);
    if (!saved.getRoot().getName().equals(root.getName()) || saved.getRoot().getMult() != 0) {
      throw new IllegalArgumentException("the instance is of another form");
    }
    root.populate(saved.getRoot(), form);
    form.getInstance().setRoot(root);
  }

  /** Goes through the form as a person does: counted repeats come into being, choices are offered anew. */
  static boolean walk(FormDef form, Integer event, String at) {
    FormEntryController pen = new FormEntryController(new FormEntryModel(form));
    FormEntryModel model = pen.getModel();
    int left = MOST_EVENTS;
    for (int met = pen.stepToNextEvent(); met != FormEntryController.EVENT_END_OF_FORM; met = pen.stepToNextEvent()) {
      if (left-- == 0) {
        throw new IllegalStateException("the form never ends: its repeats grow as they are walked through");
      }
      if (met == FormEntryController.EVENT_QUESTION) {
        int control = model.getQuestionPrompt().getControlType();
        if (control == Constants.CONTROL_SELECT_ONE
            || control == Constants.CONTROL_SELECT_MULTI
            || control == Constants.CONTROL_RANK) {
          model.getQuestionPrompt().getSelectChoices();
        }
      }
      if (event != null && event == met && at.equals(model.getFormIndex().getReference().toString(true))) {
        if (met == FormEntryController.EVENT_PROMPT_NEW_REPEAT) {
          pen.newRepeat();
        } else {
          pen.deleteRepeat();
        }
        return true;
      }
    }
    return false;
  }

  /** Does one step; answers how many milliseconds it took, an answer being read and its node found before. */
  static double apply(FormDef form, JsonNode step) {
    long began = System.nanoTime();
    TreeReference ref = reference(step.get("ref").asText());
    String at = ref.toString(true);
    switch (step.get("do").asText()) {
      case "set" -> {
        TreeElement node = form.getInstance().resolveReference(ref);
        if (node == null) {
          throw new IllegalArgumentException("no node at " + at);
        }
        String text = step.get("value").asText();
        QuestionDef asked = question(form, ref);
        int type = switch (asked == null ? 0 : asked.getControlType()) {
          case Constants.CONTROL_SELECT_ONE -> Constants.DATATYPE_CHOICE;
          case Constants.CONTROL_SELECT_MULTI -> Constants.DATATYPE_MULTIPLE_ITEMS;
          default -> node.getDataType();
        };
        IAnswerData data = text.isEmpty() ? null : XFormAnswerDataParser.getAnswerData(text, type, asked);
        began = System.nanoTime();
        form.setValue(data, ref, true);
        holds(form, ref, data);
      }
      case "add" -> {
        if (!walk(form, FormEntryController.EVENT_PROMPT_NEW_REPEAT, at)) {
          throw new IllegalArgumentException("no new entry at " + at);
        }
      }
      case "remove" -> {
        if (!walk(form, FormEntryController.EVENT_REPEAT, at)) {
          throw new IllegalArgumentException("no entry at " + at);
        }
      }
      default -> throw new IllegalArgumentException("unknown step");
    }
    return since(began);
  }

  static QuestionDef question(IFormElement element, TreeReference ref) {
    if (element instanceof QuestionDef) {
      QuestionDef asked = (QuestionDef) element;
      return asked.getBind().getReference().equals(ref.genericize()) ? asked : null;
    }
    List<IFormElement> below = element.getChildren();
    for (IFormElement child : below == null ? List.<IFormElement>of() : below) {
      QuestionDef asked = question(child, ref);
      if (asked != null) {
        return asked;
      }
    }
    return null;
  }

  static TreeReference reference(String path) {
    TreeReference ref = TreeReference.rootRef();
    for (String step : path.substring(1).split("/")) {
      int at = step.indexOf('[');
      int index = at < 0 ? 1 : Integer.parseInt(step.substring(at + 1, step.length() - 1));
      ref.add(at < 0 ? step : step.substring(0, at), index - 1);
    }
    return ref;
  }

  static void tell(TreeElement above, FormDef form, ObjectNode nodes) {
    for (int i = 0; i < above.getNumChildren(); i++) {
      TreeElement node = above.getChildAt(i);
      if (node.getMult() == TreeReference.INDEX_TEMPLATE) {
        continue;
      }
      if (node.getNumChildren() > 0) {
        tell(node, form, nodes);
        continue;
      }
      IAnswerData value = node.getValue();
      nodes.putArray(node.getRef().toString(true))
          .add(node.isRelevant())
          .add(node.isRequired())
          .add(holds(form, node.getRef(), value))
          .add(value == null ? "" : value.uncast().getString());
    }
  }

  static boolean holds(FormDef form, TreeReference ref, IAnswerData value) {
    try {
      return value == null || form.evaluateConstraint(ref, value);
    } catch (RuntimeException fault) {
      return true;
    }
  }

  /** Nobody's phone: every property is empty. */
  static class NoProperties implements IPropertyManager {
    public List<String> getProperty(String name) { return List.of(""); }
    public String getSingularProperty(String name) { return ""; }
    public void setProperty(String name, String value) {}
    public void setProperty(String name, List<String> value) {}
    public void addRules(IPropertyRules rules) {}
    public List<IPropertyRules> getRules() { return List.of(); }
  }

  /** A file beside the form. */
  static class Attachment implements Reference {
    final Path path;
    Attachment(Path path) { this.path = path; }
    public boolean doesBinaryExist() { return Files.exists(path); }
    public InputStream getStream() throws IOException { return Files.newInputStream(path); }
    public String getURI() { return "jr://file/" + path.getFileName(); }
    public String getLocalURI() { return path.toString(); }
    public boolean isReadOnly() { return true; }
    public OutputStream getOutputStream() { throw new UnsupportedOperationException(); }
    public void remove() { throw new UnsupportedOperationException(); }
    public Reference[] probeAlternativeReferences() { return new Reference[0]; }
  }
}
